// Makes many calls with one signal. Needs --expose-gc, and prints the listeners of the signal and the growth of the heap in bytes.
import { getEventListeners } from 'node:events'
import { ReservationManager } from '@winport/manager'
import { MockKernel } from '@winport/transport-mock'

const calls = Number(process.argv[2])
const manager = new ReservationManager({ transport: new MockKernel().openTransport() })
const { signal } = new AbortController()

async function use(times) {
  for (let i = 0; i < times; i++) {
    const block = await manager.acquire({ protocol: 'tcp', count: 2, signal })
    await block.release({ signal })
    if (i % 1000 === 0) await new Promise(setImmediate)
  }
  for (let i = 0; i < 5; i++) {
    await new Promise(setImmediate)
    globalThis.gc()
  }
  return process.memoryUsage().heapUsed
}

const before = await use(5000)
const after = await use(calls)
console.log(JSON.stringify({ listeners: getEventListeners(signal, 'abort').length, growth: after - before }))
