// Drops blocks without a release. Needs --expose-gc, and prints what is held before and after the collection. With the
// argument `trace` the managers remember where blocks are acquired.
import { ReservationManager } from '@winport/manager'
import { MockKernel } from '@winport/transport-mock'

const kernel = new MockKernel()
const traceLeaks = process.argv[2] === 'trace'
const manager = new ReservationManager({ transport: kernel.openTransport(), traceLeaks })
const counts = () => [kernel.inspect().reservations.length, kernel.inspect().sockets.length, manager.held.length]

async function dropHere() {
  for (let i = 0; i < 5; i++) await manager.acquire({ protocol: 'tcp', count: 2 })
}

async function dropThere() {
  await manager.acquireMatched({ count: 2 })
}

const kept = await manager.acquire({ protocol: 'tcp', count: 2 })
const { tcp: half } = await manager.acquireMatched({ count: 2 })
await (await manager.acquire({ protocol: 'tcp', count: 2 })).release()
await dropHere()
await dropThere()
const before = counts()
// Not by manager.held, which keeps what it returns until the next turn.
for (let round = 0; round < 100 && kernel.inspect().sockets.length > 3; round++) {
  globalThis.gc()
  await new Promise((resolve) => setTimeout(resolve, 5))
}
const after = counts()
await manager.close()
console.log(JSON.stringify({ before, after, kept: kept.released && half.released, closed: counts() }))
