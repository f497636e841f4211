// Opens the block of workerData on a simulated machine of this thread, and posts the code and the message of the failure.
import { parentPort, workerData } from 'node:worker_threads'
import { ReservationManager } from '@winport/manager'
import { MockKernel } from '@winport/transport-mock'

const manager = new ReservationManager({ transport: new MockKernel().openTransport({ pid: workerData.pid }) })
try {
  await manager.open(workerData.block)
  parentPort?.postMessage({ code: 'none' })
} catch (error) {
  const { code, message } = /** @type {Error & { code?: string }} */ (error)
  parentPort?.postMessage({ code, message })
}
await manager.close()
