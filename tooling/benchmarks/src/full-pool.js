// Run by pool-memory.js in a process of its own: prints what a full pool of one protocol keeps.
import { PortPool } from '../node_modules/@winport/transport-mock/dist/port-pool.js'

const BLOCK = 20
let lastToken = 2n ** 63n
const make = () => new PortPool({ dynamicRange: { startPort: 1, count: 65_535 }, nextToken: () => ++lastToken })

make() // so that code and feedback are not counted
const before = usedBytes()
const pool = make()
let blocks = 0
while (typeof pool.acquire(4000, 0, BLOCK) !== 'number') blocks++
while (typeof pool.acquire(4000, 0, 1) !== 'number') blocks++
const bytes = usedBytes() - before
process.stdout.write(JSON.stringify({ bytes, blocks, kept: pool.reservations().length }))

function usedBytes() {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
