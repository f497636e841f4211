import { TransportUnavailableError } from '@winport/transport'
import { failureOf, simulatorLibraries } from '@winport/winsock-simulator'
import koffi from 'koffi'
import { afterEach, expect, it, vi } from 'vitest'
import { createKoffiTransport } from '../src/index.js'

afterEach(() => vi.restoreAllMocks())

it('refuses to open a transport where external buffers are not allowed, and frees the memory', async () => {
  const cause = new Error('External buffers are not allowed')
  vi.spyOn(koffi, 'view').mockImplementation(() => {
    throw cause
  })
  const alloc = vi.spyOn(koffi, 'alloc')
  const free = vi.spyOn(koffi, 'free')
  const error = await failureOf(() => createKoffiTransport({ libraries: simulatorLibraries }))
  expect(error).toBeInstanceOf(TransportUnavailableError)
  expect(error.message).toContain('@winport/transport-napi')
  expect(error.cause).toBe(cause)
  expect(free.mock.calls).toEqual(alloc.mock.results.map(({ value }) => [value]))
  expect(free).toHaveBeenCalledTimes(1)
})
