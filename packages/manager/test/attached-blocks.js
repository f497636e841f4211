// Drops blocks that servers are attached to, and prints how many are held after garbage collection. Needs --expose-gc.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { ReservationManager } from '@winport/manager'
import { MockKernel } from '@winport/transport-mock'

const kernel = new MockKernel({ avoidHostPorts: true })
const manager = new ReservationManager({ transport: kernel.openTransport() })
const acquire = () => manager.acquire({ protocol: 'tcp', count: 2 })
const held = () => kernel.inspect().reservations.length

/** @param {number} expected how many will be held; a collection may need several rounds */
async function collect(expected) {
  for (let round = 0; round < 100 && (round < 5 || held() > expected); round++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return held()
}

/** @type {import('node:net').Server[]} */
const listening = []

async function attach() {
  const server = (await acquire()).attach(createServer())
  server.listen()
  await once(server, 'listening')
  listening.push(server)
}

async function replace() {
  const server = listening[0]
  if (server !== undefined) (await acquire()).attach(server)
}

await attach()
const whileListening = await collect(1)
await replace()
const afterReplacement = await collect(1)
listening[0]?.close()
listening.length = 0
const afterClose = await collect(0)
await manager.close()
console.log(JSON.stringify({ whileListening, afterReplacement, afterClose }))
