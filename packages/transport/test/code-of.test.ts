import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { codeOf, messageOf } from '../src/backend/index.js'

it('returns the code of an error, also of another realm', () => {
  const error = Object.assign(new Error('refused'), { code: 'EACCES' })
  const foreign: unknown = runInNewContext("Object.assign(new Error('refused'), { code: 'EACCES' })")
  expect(foreign).not.toBeInstanceOf(Error)
  expect([codeOf(error), codeOf(foreign)]).toEqual(['EACCES', 'EACCES'])
})

it.each([undefined, null, 'EACCES', 13, new Error('no code'), {}])('returns undefined for %o', (value) => {
  expect(codeOf(value)).toBeUndefined()
})

it('returns the message of an error, also of another realm, and other values as text', () => {
  expect(messageOf(new Error('refused'))).toBe('refused')
  expect(messageOf(runInNewContext("new Error('refused')"))).toBe('refused')
  expect(['text', undefined, { message: 5 }].map(messageOf)).toEqual(['text', 'undefined', '[object Object]'])
})
