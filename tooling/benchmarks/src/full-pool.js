// Run by pool-memory.js in a process of its own: prints what a kernel keeps whose TCP ports are all reserved, the
// other pool being empty.
import { setTimeout } from 'node:timers/promises'
import { INET_PORT_RANGE, INET_PORT_RESERVATION_INSTANCE, SIO_ACQUIRE_PORT_RESERVATION } from '@winport/definitions'
import { MockKernel } from '@winport/transport-mock'

const BLOCK = 20
const question = new Uint8Array(INET_PORT_RANGE.size)
const answer = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)

fill(fullyDynamic()) // so that compiled code is not counted
const before = await usedBytes()
const kernel = fullyDynamic()
const blocks = fill(kernel)
const bytes = (await usedBytes()) - before
process.stdout.write(JSON.stringify({ bytes, blocks, kept: kernel.inspect().reservations.length }))

function fullyDynamic() {
  return new MockKernel({ dynamicRange: { startPort: 1, count: 65_535 } })
}

/** Reserves every port, in blocks as long as they fit, all on one anchor. */
function fill(kernel) {
  const anchor = kernel.openTransport().openSocket({ protocol: 'tcp' })
  let blocks = 0
  for (const NumberOfPorts of [BLOCK, 1]) {
    INET_PORT_RANGE.encode({ StartPort: 0, NumberOfPorts }, question)
    try {
      for (; ; blocks++) anchor.ioctl(SIO_ACQUIRE_PORT_RESERVATION, question, answer)
    } catch (error) {
      if (error.code !== 'WSAEADDRINUSE') throw error
    }
  }
  return blocks
}

/** Array buffers are freed by another thread some time after the collection that found them unused. */
async function usedBytes() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.()
    await setTimeout(20)
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
