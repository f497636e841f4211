import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { untilAborted } from '../src/backend/index.js'

describe('untilAborted', () => {
  const never = new Promise<string>(() => {})

  it('settles with the result of the work, and leaves no listener on the signal', async () => {
    const { signal } = new AbortController()
    expect(await untilAborted(Promise.resolve('done'), undefined)).toBe('done')
    expect(await untilAborted(Promise.resolve('done'), signal)).toBe('done')
    await expect(untilAborted(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed')
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('rejects when the signal aborts', async () => {
    const controller = new AbortController()
    const waiting = untilAborted(never, controller.signal)
    controller.abort('why')
    await expect(waiting).rejects.toMatchObject({ code: 'ABORT_ERR', cause: 'why' })
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })

  it('rejects at once if the signal is aborted, unless the work is done', async () => {
    const signal = AbortSignal.abort('why')
    await expect(untilAborted(never, signal)).rejects.toMatchObject({ code: 'ABORT_ERR', cause: 'why' })
    expect(await untilAborted(Promise.resolve('done'), signal)).toBe('done')
  })
})
