// Workers that use the backend side by side, and one that is terminated while its call is pending. Prints what became of them.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { counts, openTransport, releasePending } from './plain-node.js'

const start = (workerData) => new Worker(new URL('worker-calls.js', import.meta.url), { workerData })

const transport = openTransport()
const closed = await Promise.all(
  Array.from({ length: 4 }, async () => {
    const worker = start('close')
    const [[message]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')])
    return message
  }),
)

const worker = start('stay')
await once(worker, 'message')
const started = performance.now()
await worker.terminate()
const terminated = performance.now() - started < 2000 ? 'in time' : 'late'
releasePending(1) // the kernel writes to the memory of a call that nobody waits for any more
await transport.close()
console.log(JSON.stringify({ closed, terminated, left: counts() }))
