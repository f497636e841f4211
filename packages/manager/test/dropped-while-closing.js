// Closes a manager whose blocks the program has dropped, and collects them while they wait for their turn. Needs --expose-gc, and
// prints how often each block was reported as released.
import { subscribe } from 'node:diagnostics_channel'
import { setImmediate } from 'node:timers/promises'
import { ReservationManager } from '@winport/manager'
import { MockKernel } from '@winport/transport-mock'

const BLOCKS = 2000

const kernel = new MockKernel()
const manager = new ReservationManager({ transport: kernel.openTransport() })
const reports = new Map()
subscribe('winport:release', ({ range: { startPort } }) => reports.set(startPort, (reports.get(startPort) ?? 0) + 1))

await Promise.all(Array.from({ length: BLOCKS }, () => manager.acquire({ protocol: 'tcp', count: 1 })))
await setImmediate()
let isClosed = false
const closed = manager.close().then(() => {
  isClosed = true
})
while (!isClosed) {
  globalThis.gc()
  await setImmediate()
}
await closed
const { reservations, sockets } = kernel.inspect()
const twice = [...reports.values()].filter((times) => times !== 1).length
console.log(JSON.stringify({ reported: reports.size, twice, left: reservations.length + sockets.length }))
