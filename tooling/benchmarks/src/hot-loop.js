import { floor } from './floor.js'
import { simulate } from './simulated-manager.js'
const BLOCKS = 10_000
const { simulator, manager } = simulate({ startPort: 20_000, count: 40_000 })
const acquire = () => manager.acquire({ protocol: 'tcp', count: 2 })
let blocks = []
async function turns(name, work) {
  globalThis.gc?.()
  await new Promise(setImmediate)
  const all = []
  let began = floor.cpuTime(), on = true
  const look = () => { const now = floor.cpuTime(); all.push(now - began); began = floor.cpuTime(); if (on) setImmediate(look) }
  setImmediate(look)
  const t0 = floor.cpuTime()
  const p = work()
  const first = floor.cpuTime() - t0
  await p
  on = false
  await new Promise(setImmediate)
  const total = floor.cpuTime() - t0
  const s = all.map((v, i) => [v, i]).sort((a, b) => b[0] - a[0]).slice(0, 5).map(([v, i]) => `${v.toFixed(1)}@${i}`).join(' ')
  console.log(name, 'sync', first.toFixed(1), 'total', total.toFixed(0), 'turns', all.length, 'longest', s, 'median', all.sort((a,b)=>a-b)[all.length>>1].toFixed(2))
}
const R = +process.argv[2] || 1
for (let i = 0; i < R; i++) {
await turns('acquire', async () => { blocks = await Promise.all(Array.from({ length: BLOCKS }, acquire)) })
await turns('release', () => Promise.all(blocks.map((b) => b.release())))
}
await turns('awaited', async () => { for (let i = 0; i < 50000; i++) await (await acquire()).release() })
blocks = await Promise.all(Array.from({ length: BLOCKS }, acquire))
await turns('close', () => manager.close())
simulator.destroy()
