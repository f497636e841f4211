// In a worker thread: listens on a port of a block that another thread acquired, until it is told to close.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { ReservationManager } from '@winport/manager'
import { createLinuxTransport } from '@winport/transport-linux'

const manager = new ReservationManager({ transport: createLinuxTransport() })
const block = await manager.open(workerData.block)
const server = createServer((peer) => peer.on('error', () => {}).end('worker'))
const { port } = await block.listen(server, workerData.host === undefined ? {} : { host: workerData.host })
parentPort.postMessage(port)
await once(parentPort, 'message')
server.close()
await once(server, 'close')
await manager.close()
parentPort.postMessage('closed')
parentPort.unref()
