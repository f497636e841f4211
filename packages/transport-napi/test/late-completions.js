// Terminates workers with many pending calls that neither CancelIoEx nor closesocket ends, and completes the calls one by one while the
// environment of the worker stops waiting and frees memory: node late-completions.js <sanitized addon> <rounds>. Prints how many
// calls are left. The sanitized addon waits only for 200 ms.
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { SIO_ACQUIRE_PORT_RESERVATION } from '@winport/definitions'
import { acquireBuffers, counts, releasePending, setLatency } from '@winport/native-suite/programs'
import { SimulatedCall, simulatorLibraries, simulatorPath, UNTIL_RELEASED } from '@winport/winsock-simulator'
import koffi from 'koffi'
import { createNapiTransport } from '../dist/index.js'

const CALLS = 2000
const PATIENCE_MS = 200
const WINDOW_MS = 100
const ERROR_NOT_FOUND = 1168
const WSAENETDOWN = 10_050

const [addon, rounds] = isMainThread ? process.argv.slice(2) : [workerData]
const transport = createNapiTransport({ libraries: simulatorLibraries, addon })
if (isMainThread) {
  const simulator = koffi.load(simulatorPath)
  const failNext = simulator.func('uint32_t WinsockSimulator_FailNext(int32_t call, uint32_t nth, int32_t error)')
  const readCounts = simulator.func('uint32_t WinsockSimulator_Counts(void *counts)')
  const allCounts = new BigUint64Array(36)
  const closedSockets = () => {
    readCounts(allCounts)
    return allCounts[4 + SimulatedCall.CLOSESOCKET]
  }
  for (let round = 0; round < Number(rounds); round++) {
    setLatency(SimulatedCall.ACQUIRE, UNTIL_RELEASED)
    const worker = new Worker(new URL(import.meta.url), { workerData: addon })
    await once(worker, 'message')
    for (let nth = 1; nth <= CALLS; nth++) failNext(SimulatedCall.CANCELIOEX, nth, ERROR_NOT_FOUND)
    failNext(SimulatedCall.CLOSESOCKET, 1, WSAENETDOWN)
    const closed = closedSockets()
    const end = worker.terminate()
    while (closedSockets() === closed) await setTimeout(1)
    const started = performance.now() // the environment starts to wait about now
    await setTimeout(PATIENCE_MS - WINDOW_MS / 2)
    for (let released = 0; released < CALLS; released++) {
      const at = started + PATIENCE_MS + WINDOW_MS * (released / CALLS - 0.5)
      while (performance.now() < at);
      releasePending(1)
    }
    await end
    setLatency(SimulatedCall.ACQUIRE, 0)
  }
  await transport.close()
  console.log(JSON.stringify({ pendingCalls: counts().pendingCalls }))
} else {
  const socket = transport.openSocket({ protocol: 'tcp' })
  for (let i = 0; i < CALLS; i++) {
    const { input, output } = acquireBuffers(1)
    socket.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, input, output).catch(() => {})
  }
  parentPort.postMessage('pending')
}
