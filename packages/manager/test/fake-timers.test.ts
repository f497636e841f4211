import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { MessagePort } from 'node:worker_threads'
import { MockKernel } from '@winport/transport-mock'
import { describe, expect, it } from 'vitest'
import { ReservationManager } from '../src/index.js'
import { failureOf } from './failure-of.js'

const script = fileURLToPath(new URL('./fake-timers-program.js', import.meta.url))

async function run(how: string): Promise<unknown> {
  return JSON.parse((await promisify(execFile)(process.execPath, ['--expose-gc', script, how])).stdout)
}

describe('a manager under fake timers', () => {
  it.each(['replaced', 'missing'])(
    'searches, and gives dropped blocks back, if it is loaded with timers %s',
    async (how) => {
      expect(await run(how)).toEqual({ found: 30_200, unmatched: 'ERR_PORT_RANGE_IN_USE', kept: 1, held: 1 })
    },
  )

  it('holds nothing after an exception of the next turn', async () => {
    const kernel = new MockKernel()
    await using manager = new ReservationManager({ transport: kernel.openTransport() })
    await new Promise(setImmediate)
    const { postMessage } = MessagePort.prototype
    MessagePort.prototype.postMessage = () => {
      throw new Error('no message')
    }
    try {
      const failure = await failureOf(manager.acquire({ protocol: 'tcp', count: 1 }))
      expect(failure.message).toBe('no message')
    } finally {
      MessagePort.prototype.postMessage = postMessage
    }
    expect(manager.held).toEqual([])
    kernel.assertNothingHeld()
    const block = await manager.acquire({ protocol: 'tcp', count: 1 })
    expect(manager.held).toEqual([block])
  })
})
