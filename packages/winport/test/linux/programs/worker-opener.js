// In a worker thread: opens the block of workerData. For each message it makes one more server listen, and answers with the port or
// the code of the error.
import { createServer } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { ReservationManager } from '@winport/manager'
import { createLinuxTransport } from '@winport/transport-linux'

const manager = new ReservationManager({ transport: createLinuxTransport() })
const block = await manager.open(workerData)
parentPort.on('message', async () => {
  const answer = await block.listen(createServer()).catch(({ code }) => ({ code }))
  parentPort.postMessage(answer.code ?? answer.port)
})
