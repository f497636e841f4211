// Loads the manager while the timers of the process are replaced or missing. Needs --expose-gc.
import { createRequire } from 'node:module'

const timers = createRequire(import.meta.url)('node:timers')
const { setImmediate: realImmediate } = timers
const names = ['setImmediate', 'setTimeout', 'setInterval', 'queueMicrotask']
for (const name of names) {
  if (process.argv[2] === 'missing') delete globalThis[name]
  else globalThis[name] = () => ({ ref() {}, unref() {} })
  if (name in timers) timers[name] = globalThis[name]
}
globalThis.performance.now = () => 0
process.hrtime = Object.assign(() => [0, 0], { bigint: () => 0n })

const { ReservationManager } = await import('@winport/manager')
const { MockKernel } = await import('@winport/transport-mock')

const kernel = new MockKernel({ dynamicRange: { startPort: 50_000, count: 100 } })
const manager = new ReservationManager({ transport: kernel.openTransport() })

async function drop() {
  for (let i = 0; i < 5; i++) await manager.acquire({ protocol: 'tcp', count: 2 })
}

const taken = await manager.acquire({ protocol: 'tcp', count: 100, startPort: 30_100 })
const { startPort } = await manager.acquire({ protocol: 'tcp', count: 1, within: [30_100, 30_300] })
kernel.addExclusion({ protocol: 'udp', startPort: 50_000, count: 100 })
const unmatched = await manager.acquireMatched({ count: 1 }).catch(({ code }) => code)
await drop()
for (let round = 0; round < 200 && kernel.inspect().sockets.length > 1; round++) {
  globalThis.gc()
  await new Promise((resolve) => realImmediate(resolve))
}
const held = kernel.inspect().reservations.length
console.log(JSON.stringify({ found: startPort, unmatched, kept: Number(!taken.released), held }))
process.exit()
