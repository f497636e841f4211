// 16 workers that use the addon side by side, then 16 that are terminated while their calls are pending, while this thread
// uses it too. Prints what became of them.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { ACQUIRE, acquire, counts, openTransport, releasePending, setLatency, UNTIL_RELEASED } from './plain-node.js'

const WORKERS = 16
const start = (workerData) => new Worker(new URL('worker-calls.js', import.meta.url), { workerData })
const each = (run) => Promise.all(Array.from({ length: WORKERS }, run))

const transport = openTransport()
setLatency(ACQUIRE, 5)
const closed = await each(async () => {
  const worker = start('close')
  const [[message]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')])
  return message
})

setLatency(ACQUIRE, UNTIL_RELEASED)
const workers = await each(async () => {
  const worker = start('stay')
  await once(worker, 'message')
  return worker
})
const mine = acquire(transport.openSocket({ protocol: 'tcp' }), 3)
const { pendingCalls } = counts()
const started = performance.now()
await Promise.all(workers.map((worker) => worker.terminate()))
const terminated = performance.now() - started < 2500 ? 'in time' : 'late'
const left = counts()
releasePending(1)
const [, , ports] = await mine
await transport.close()
console.log(JSON.stringify({ closed, pendingCalls, terminated, left, ports, after: counts() }))
