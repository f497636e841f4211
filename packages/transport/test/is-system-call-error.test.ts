import { runInNewContext } from 'node:vm'
import { expect, it, vi } from 'vitest'
import { isSystemCallError } from '../src/backend/index.js'
import { IpHelperError, WinsockError } from '../src/index.js'

function errorWith(fields: object): Error {
  return Object.assign(new Error('refused'), fields)
}

it.each([
  ['a WinsockError', new WinsockError(10_048, 'bind')],
  ['an IpHelperError', new IpHelperError(5, 'CreatePersistentTcpPortReservation')],
  ['a number that the tables do not have', new WinsockError(12_345, 'bind')],
  ['an error of a third-party transport', errorWith({ code: 'WSAEACCES', errno: 10_013 })],
  [
    'an error of another realm',
    runInNewContext("Object.assign(new Error('refused'), { code: 'ERROR_NOT_FOUND', errno: 1168 })"),
  ],
])('accepts %s', (_title, error: unknown) => {
  expect(isSystemCallError(error)).toBe(true)
})

it('accepts the error of another copy of the package', async () => {
  vi.resetModules()
  const copy = await import('../src/index.js')
  const error = new copy.WinsockError(10_048, 'bind')
  expect(error).not.toBeInstanceOf(WinsockError)
  expect(isSystemCallError(error)).toBe(true)
})

it.each([
  ['an error of Node', errorWith({ code: 'EADDRINUSE', errno: -98, syscall: 'bind' })],
  ['an unknown error of Node', errorWith({ code: 'UNKNOWN', errno: -4094, syscall: 'bind' })],
  ['an error of an argument', errorWith({ code: 'ERR_OUT_OF_RANGE' })],
  ['a code without a number', errorWith({ code: 'WSAEACCES' })],
  ['a code that only contains WSA', errorWith({ code: 'NOWSA', errno: 1 })],
  ['a plain error', new Error('refused')],
  ['undefined', undefined],
  ['null', null],
  ['a string', 'WSAEACCES'],
])('rejects %s', (_title, value) => {
  expect(isSystemCallError(value)).toBe(false)
})
