// Asks for a few ports around one that is in use, then for more than the process may open files. Prints the codes of both errors.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { ReservationManager } from '@winport/manager'
import { createLinuxTransport } from '@winport/transport-linux'
import { addon } from './addon.js'

const manager = new ReservationManager({ transport: createLinuxTransport() })
const server = createServer().listen(0)
await once(server, 'listening')
const { port } = server.address()
const codeAround = async (distance) => {
  const range = { protocol: 'tcp', startPort: port - distance, count: 2 * distance + 1 }
  return await manager.acquire(range).catch(({ code }) => code)
}
const codes = [await codeAround(5), await codeAround(200)]
const [, holds, ports] = addon.counts()
server.close()
await once(server, 'close')
const block = await manager.acquire({ protocol: 'tcp', startPort: port, count: 1 })
await manager.close()
console.log(JSON.stringify({ codes, left: { holds, ports }, count: block.count }))
