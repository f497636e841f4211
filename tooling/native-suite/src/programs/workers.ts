import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { type NativeBackend, SimulatedCall, UNTIL_RELEASED } from '@winport/winsock-simulator'
import { acquire, counts, openTransport, releasePending, setLatency } from './simulator-calls.js'

/**
 * Runs worker threads that use the backend at the same time, then terminates as many whose calls are pending, while this
 * thread uses the backend too. Prints the results.
 */
export async function workers(backend: NativeBackend, count = '', callsInEach = ''): Promise<void> {
  const start = (how: string) => new Worker(process.argv[1] ?? '', { argv: ['worker-calls', how, callsInEach] })
  const each = <Result>(run: () => Promise<Result>) => Promise.all(Array.from({ length: Number(count) }, run))

  const transport = openTransport(backend)
  setLatency(SimulatedCall.ACQUIRE, 5)
  const closed = await each(async () => {
    const worker = start('close')
    const [[message]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')])
    return message
  })

  setLatency(SimulatedCall.ACQUIRE, UNTIL_RELEASED)
  const staying = await each(async () => {
    const worker = start('stay')
    await once(worker, 'message')
    return worker
  })
  const mine = acquire(transport.openSocket({ protocol: 'tcp' }), 3)
  const { pendingCalls } = counts()
  await Promise.all(staying.map((worker) => worker.terminate()))
  const left = counts()
  // The kernel writes to the memory of abandoned calls, if there are any.
  releasePending(left.pendingCalls)
  const ports = await mine
  await transport.close()
  console.log(JSON.stringify({ closed, pendingCalls, left, ports, after: counts() }))
}
