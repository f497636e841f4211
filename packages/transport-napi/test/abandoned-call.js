// A worker ends while its call is pending, and neither CancelIoEx nor closesocket makes the kernel let go of it. Prints how
// long that took and what is left, before and after the kernel completes the call.
import { once } from 'node:events'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { acquire, counts, releasePending, setLatency } from '@winport/native-suite/programs'
import { SimulatedCall, simulatorLibraries, simulatorPath, UNTIL_RELEASED } from '@winport/winsock-simulator'
import koffi from 'koffi'
import { createNapiTransport } from '../dist/index.js'

const transport = createNapiTransport({ libraries: simulatorLibraries })
if (isMainThread) {
  const failNext = koffi
    .load(simulatorPath)
    .func('uint32_t WinsockSimulator_FailNext(int32_t call, uint32_t nth, int32_t error)')
  setLatency(SimulatedCall.ACQUIRE, UNTIL_RELEASED)
  const worker = new Worker(new URL(import.meta.url))
  await once(worker, 'message')
  failNext(SimulatedCall.CANCELIOEX, 1, 1168)
  failNext(SimulatedCall.CLOSESOCKET, 1, 10_050)
  const started = performance.now()
  await worker.terminate()
  const seconds = (performance.now() - started) / 1000
  const abandoned = counts()
  releasePending(1) // the kernel writes to the memory of the call
  const completed = counts()
  setLatency(SimulatedCall.ACQUIRE, 0)
  const ports = await acquire(transport.openSocket({ protocol: 'tcp' }), 2)
  await transport.close()
  console.log(JSON.stringify({ seconds, abandoned, completed, ports }))
} else {
  acquire(transport.openSocket({ protocol: 'tcp' }), 1)
  parentPort.postMessage('pending')
}
