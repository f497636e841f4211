import { floor } from './floor.js'
import { simulate } from './simulated-manager.js'
const { simulator, manager } = simulate()
simulator.setWorld({ overlappedCall: 'at-once' })
const N = 100
const cycles = async () => { for (let i = 0; i < N; i++) { const b = await manager.acquire({ protocol: 'tcp', count: 20 }); await b.release() } }
const R = +process.argv[2] || 500
const o = [], c = []
for (let r = 0; r < R; r++) {
  let t = floor.cpuTime(); await cycles(); o.push((floor.cpuTime() - t) / N * 1e3)
  t = floor.cpuTime(); floor.reserve(20, N); c.push((floor.cpuTime() - t) / N * 1e3)
  await new Promise(setImmediate)
}
const m = (a) => a.slice(R/4|0).sort((x, y) => x - y)[a.length * 3/8 | 0]
const mean = (a) => { const b = a.slice(R/4|0); return b.reduce((x, y) => x + y) / b.length }
console.log('ours', m(o).toFixed(2), mean(o).toFixed(2), 'C', m(c).toFixed(2), mean(c).toFixed(2), 'ratio', (m(o) / m(c)).toFixed(2), (mean(o)/mean(c)).toFixed(2))
await manager.close(); simulator.destroy()
