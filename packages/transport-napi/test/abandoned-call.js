// Terminates a worker with a pending call that neither CancelIoEx nor closesocket ends. Prints how long termination took, and
// what was left before and after the kernel completed the call. With the argument 'signalled', the event of the call is
// signalled before the termination although the call is not complete.
import { once } from 'node:events'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { acquire, counts, releasePending, setLatency } from '@winport/native-suite/programs'
import { SimulatedCall, simulatorLibraries, simulatorPath, UNTIL_RELEASED } from '@winport/winsock-simulator'
import koffi from 'koffi'
import { createNapiTransport } from '../dist/index.js'

const transport = createNapiTransport({ libraries: simulatorLibraries })
if (isMainThread) {
  const library = koffi.load(simulatorPath)
  const failNext = library.func('uint32_t WinsockSimulator_FailNext(int32_t call, uint32_t nth, int32_t error)')
  const setEvent = library.func('int WSASetEvent(uintptr_t event)')
  const event = Number(library.func('uintptr_t WSACreateEvent()')()) + 4 // the next event, which is that of the call
  setLatency(SimulatedCall.ACQUIRE, UNTIL_RELEASED)
  const worker = new Worker(new URL(import.meta.url))
  await once(worker, 'message')
  failNext(SimulatedCall.CANCELIOEX, 1, 1168)
  failNext(SimulatedCall.CLOSESOCKET, 1, 10_050)
  if (process.argv[2] === 'signalled') setEvent(event)
  const started = performance.now()
  await worker.terminate()
  const seconds = (performance.now() - started) / 1000
  const abandoned = counts()
  const kept = setEvent(event) === 1
  releasePending(1) // the kernel writes to the memory of the call
  const completed = counts()
  setLatency(SimulatedCall.ACQUIRE, 0)
  const ports = await acquire(transport.openSocket({ protocol: 'tcp' }), 2)
  await transport.close()
  console.log(JSON.stringify({ seconds, kept, abandoned, completed, ports }))
} else {
  acquire(transport.openSocket({ protocol: 'tcp' }), 1)
  parentPort.postMessage('pending')
}
