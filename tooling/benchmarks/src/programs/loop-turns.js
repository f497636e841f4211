// Run by rows/loop.js in a process of its own: prints the longest turn of the loop, in milliseconds of CPU time of the
// thread, in each phase, and the time in which so many sockets are bound and closed in C: SOCKETS.
import { ReservationManager } from '@winport/manager'
import { createNapiTransport } from '@winport/transport-napi'
import { simulatorLibraries, WinsockSimulator } from '@winport/winsock-simulator'
import { floor } from '../floor.js'
import { setKnownFault } from '../known-fault.js'
import { median } from '../statistics.js'

const BLOCKS = 10_000
const AWAITED = 50_000

const simulator = new WinsockSimulator('bench', { startPort: 20_000, count: 40_000 })
setKnownFault('none')
await longestTurns() // so that no code is compiled while it is measured
setKnownFault('turn')
const longest = await longestTurns()
simulator.destroy()
console.log(JSON.stringify({ ...longest, reference: timeInC() }))

async function longestTurns() {
  const manager = new ReservationManager({ transport: createNapiTransport({ libraries: simulatorLibraries }) })
  const acquire = () => manager.acquire({ protocol: 'tcp', count: 2 })
  const acquireAll = () => Promise.all(Array.from({ length: BLOCKS }, acquire))
  let blocks = []
  const longest = {
    acquire: await longestTurn(async () => {
      blocks = await acquireAll()
    }),
    release: await longestTurn(() => Promise.all(blocks.map((block) => block.release()))),
    awaited: await longestTurn(async () => {
      for (let i = 0; i < AWAITED; i++) await (await acquire()).release()
    }),
  }
  blocks = await acquireAll()
  return { ...longest, close: await longestTurn(() => manager.close()) }
}

/** The median of several times. */
function timeInC() {
  const sockets = Number(process.argv[2])
  const times = Array.from({ length: 15 }, () => {
    const start = floor.cpuTime()
    floor.bind(sockets, 1)
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
