import { Session } from 'node:inspector/promises'
import { writeFileSync } from 'node:fs'
import { floor } from './floor.js'
import { simulate } from './simulated-manager.js'
const { simulator, manager } = simulate({ startPort: 20_000, count: 40_000 })
const acquire = () => manager.acquire({ protocol: 'tcp', count: 2 })
let s
if (process.argv[2]) { s = new Session(); s.connect(); await s.post('Profiler.enable'); await s.post('Profiler.setSamplingInterval', { interval: 50 }); await s.post('Profiler.start') }
globalThis.gc()
await new Promise(setImmediate)
const t = floor.cpuTime()
const calls = Array.from({ length: 10000 }, acquire)
const t1 = floor.cpuTime()
const p = Promise.all(calls)
const t2 = floor.cpuTime()
if (s) { const { profile } = await s.post('Profiler.stop'); writeFileSync('/tmp/hotscratch/acq.cpuprofile', JSON.stringify(profile)) }
console.log('acquires', (t1 - t).toFixed(1), 'all', (t2 - t1).toFixed(1))
const blocks = await p
await Promise.all(blocks.map((b) => b.release()))
{
globalThis.gc()
await new Promise(setImmediate)
const t = floor.cpuTime()
const p = Promise.all(Array.from({ length: 10000 }, acquire))
console.log('again', (floor.cpuTime() - t).toFixed(1)); await p
}
await manager.close(); simulator.destroy()
