// Run by rows/loop.js in a process of its own: prints the longest turn of the loop, in milliseconds of CPU time of the
// thread, in each phase, and the time of so many acquires and releases in C: PORTS CYCLES.
import { floor } from '../floor.js'
import { setKnownFault } from '../known-fault.js'
import { simulate } from '../simulated-manager.js'
import { median } from '../statistics.js'

const BLOCKS = 10_000
const AWAITED = 50_000

setKnownFault('turn')
const { simulator, manager } = simulate({ startPort: 20_000, count: 40_000 })
const acquire = () => manager.acquire({ protocol: 'tcp', count: 2 })
let blocks = []
simulator.setWorld({ overlappedCall: 'at-once' })
const reference = timeInC()
simulator.setWorld({})
const longest = {
  acquire: await longestTurn(async () => {
    blocks = await Promise.all(Array.from({ length: BLOCKS }, acquire))
  }),
  release: await longestTurn(() => Promise.all(blocks.map((block) => block.release()))),
  awaited: await longestTurn(async () => {
    for (let i = 0; i < AWAITED; i++) await (await acquire()).release()
  }),
}
blocks = await Promise.all(Array.from({ length: BLOCKS }, acquire))
longest.close = await longestTurn(() => manager.close())
simulator.destroy()
console.log(JSON.stringify({ ...longest, reference }))

/** The median of several times. */
function timeInC() {
  const [ports, cycles] = process.argv.slice(2).map(Number)
  const times = Array.from({ length: 15 }, () => {
    const start = floor.cpuTime()
    floor.reserve(ports, cycles)
    return floor.cpuTime() - start
  })
  return median(times)
}

async function longestTurn(work) {
  globalThis.gc()
  await new Promise(setImmediate)
  let longest = 0
  let began = floor.cpuTime()
  let isUnderWay = true
  const look = () => {
    const now = floor.cpuTime()
    longest = Math.max(longest, now - began)
    began = floor.cpuTime()
    if (isUnderWay) setImmediate(look)
  }
  setImmediate(look)
  await work()
  isUnderWay = false
  await new Promise(setImmediate)
  return longest
}
