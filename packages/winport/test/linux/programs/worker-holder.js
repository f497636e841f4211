// In a worker thread: holds ports, listens on some of them, and waits to be terminated.
import { createServer } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { ReservationManager } from '@winport/manager'
import { createLinuxTransport } from '@winport/transport-linux'

const manager = new ReservationManager({ transport: createLinuxTransport() })
const block = await manager.acquire({ protocol: 'tcp', count: workerData.count })
await block.listen(createServer())
await block.listen(createServer(), { host: '127.0.0.1' })
parentPort.postMessage(block.startPort)
setInterval(() => {}, 60_000)
