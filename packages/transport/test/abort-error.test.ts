import { expect, it } from 'vitest'
import { throwIfAborted } from '../src/backend/index.js'
import { AbortError } from '../src/index.js'

it('AbortError has the fields of Node’s own AbortError', async () => {
  const { setTimeout: sleep } = await import('node:timers/promises')
  const node = await sleep(1000, undefined, { signal: AbortSignal.abort('why') }).catch((error: unknown) => error)
  const ours = new AbortError({ cause: 'why' })
  const { name, code, message, cause } = node as AbortError
  expect(ours).toMatchObject({ name, code, message, cause })
  expect({ name, code }).toEqual({ name: 'AbortError', code: 'ABORT_ERR' })
})

it('AbortError has no cause by default', () => {
  expect(new AbortError()).not.toHaveProperty('cause')
})

it('throwIfAborted throws an AbortError only if the signal is aborted, with the reason as its cause', () => {
  throwIfAborted(undefined)
  throwIfAborted(new AbortController().signal)
  expect(() => throwIfAborted(AbortSignal.abort('why'))).toThrow(
    expect.objectContaining({ code: 'ABORT_ERR', cause: 'why' }),
  )
})
