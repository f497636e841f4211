import { expect, it } from 'vitest'
import { throwIfAborted } from '../src/backend/index.js'
import { AbortError } from '../src/index.js'

it('AbortError looks like the one that Node’s own calls reject with', async () => {
  const { setTimeout: sleep } = await import('node:timers/promises')
  const node = await sleep(1000, undefined, { signal: AbortSignal.abort('why') }).catch((error: unknown) => error)
  const ours = new AbortError({ cause: 'why' })
  const { name, code, message, cause } = node as AbortError
  expect(ours).toMatchObject({ name, code, message, cause })
  expect({ name, code }).toEqual({ name: 'AbortError', code: 'ABORT_ERR' })
})

it('AbortError has no cause unless it is given one', () => {
  expect(new AbortError()).not.toHaveProperty('cause')
})

it('throwIfAborted throws it with the reason as its cause, and only then', () => {
  throwIfAborted(undefined)
  throwIfAborted(new AbortController().signal)
  expect(() => throwIfAborted(AbortSignal.abort('why'))).toThrow(
    expect.objectContaining({ code: 'ABORT_ERR', cause: 'why' }),
  )
})
