// Run by rows/memory.js in a process of its own: prints bytes a block.
import { setTimeout } from 'node:timers/promises'
import { setKnownFault } from '../known-fault.js'
import { simulate } from '../simulated-manager.js'

const BLOCKS = 10_000

const { simulator, manager } = simulate({ startPort: 20_000, count: 40_000 })
const acquireAll = () =>
  Promise.all(Array.from({ length: BLOCKS }, () => manager.acquire({ protocol: 'tcp', count: 2 })))
const releaseAll = (blocks) => Promise.all(blocks.map((block) => block.release()))

const PATTERNS = {
  atOnce: releaseAll,
  inTurn: async (blocks) => {
    for (const block of blocks.toReversed()) await block.release()
  },
  everySecond: async (blocks) => {
    for (const part of [0, 1]) await releaseAll(blocks.filter((_, index) => index % 2 === part))
  },
}

setKnownFault('none')
await releaseAll(await acquireAll()) // so that compiled code is not counted
setKnownFault('leak')
const bytes = {}
for (const [name, release] of Object.entries(PATTERNS)) {
  const before = await usedBytes()
  let blocks = await acquireAll()
  bytes.held = ((await usedBytes()) - before) / BLOCKS
  await release(blocks)
  blocks = undefined
  bytes[name] = ((await usedBytes()) - before) / BLOCKS
}
await manager.close()
simulator.destroy()
console.log(JSON.stringify(bytes))

/** Array buffers are freed by another thread some time after the collection that found them unused. */
async function usedBytes() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc()
    await setTimeout(20)
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
