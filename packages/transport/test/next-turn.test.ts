import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { inNextTurn, monotonicTime, nextTurn } from '../src/backend/index.js'

const child = fileURLToPath(new URL('./next-turn-child.mjs', import.meta.url))

async function run(...args: string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [child, ...args])).stdout
}

describe('nextTurn', () => {
  it('lets the event loop complete an iteration in every turn', async () => {
    await nextTurn()
    for (let round = 0; round < 100; round++) {
      let isChecked = false
      setImmediate(() => {
        isChecked = true
      })
      await nextTurn()
      expect(isChecked).toBe(true)
    }
  })

  it('gives all callers of a turn the same turn, in the order of their calls', async () => {
    const order: number[] = []
    inNextTurn(() => order.push(0))
    const callers = Array.from({ length: 1000 }, async (_, index) => {
      await nextTurn()
      order.push(index + 1)
    })
    await Promise.all(callers)
    expect(order).toEqual(Array.from({ length: 1001 }, (_, index) => index))
  })

  it('has no turn planned after an exception', async () => {
    const { MessagePort } = await import('node:worker_threads')
    const { postMessage } = MessagePort.prototype
    MessagePort.prototype.postMessage = () => {
      throw new Error('no message')
    }
    try {
      expect(() => inNextTurn(() => {})).toThrow('no message')
      await expect(nextTurn()).rejects.toThrow('no message')
    } finally {
      MessagePort.prototype.postMessage = postMessage
    }
    await nextTurn()
  })

  it.each(['globals', 'missing', 'modules', 'page'])(
    'works if it is loaded while the timers are replaced: %s',
    async (how) => {
      expect(await run('fake', how)).toBe('turn\nwork\nclock\n')
    },
  )

  it('keeps the process alive while a caller waits, and only then', async () => {
    expect(await run('exit')).toBe('waited\n')
  })
})

describe('monotonicTime', () => {
  it('counts milliseconds', async () => {
    const began = monotonicTime()
    const reference = performance.now()
    await new Promise((resolve) => setTimeout(resolve, 20))
    const outer = performance.now() - reference
    const measured = monotonicTime() - began
    expect(measured).toBeGreaterThanOrEqual(outer - 1)
    expect(measured).toBeGreaterThan(10)
  })
})
