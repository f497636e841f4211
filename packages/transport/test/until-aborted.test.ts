import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { untilAborted } from '../src/backend/index.js'

describe('untilAborted', () => {
  const never = new Promise<string>(() => {})

  it('passes on what the work comes to, and leaves nothing on the signal', async () => {
    const { signal } = new AbortController()
    expect(await untilAborted(Promise.resolve('done'), undefined)).toBe('done')
    expect(await untilAborted(Promise.resolve('done'), signal)).toBe('done')
    await expect(untilAborted(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed')
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('gives up when the signal aborts', async () => {
    const controller = new AbortController()
    const waiting = untilAborted(never, controller.signal)
    controller.abort('why')
    await expect(waiting).rejects.toMatchObject({ code: 'ABORT_ERR', cause: 'why' })
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })

  it('gives up at once on a signal that is aborted already, unless the work is done', async () => {
    const signal = AbortSignal.abort('why')
    await expect(untilAborted(never, signal)).rejects.toMatchObject({ code: 'ABORT_ERR', cause: 'why' })
    expect(await untilAborted(Promise.resolve('done'), signal)).toBe('done')
  })
})
