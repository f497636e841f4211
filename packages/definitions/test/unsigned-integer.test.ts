import { describe, expect, it } from 'vitest'
import { checkUnsigned, checkUnsigned64, UINT16_MAX, UINT32_MAX, UINT64_MAX } from '../src/unsigned-integer.js'

describe('checkUnsigned', () => {
  it('accepts integers, both ends included', () => {
    for (const value of [1, 2, 65535]) expect(() => checkUnsigned('count', value, UINT16_MAX, 1)).not.toThrow()
    for (const value of [0, -0, UINT32_MAX]) expect(() => checkUnsigned('pid', value, UINT32_MAX)).not.toThrow()
  })

  it('rejects a number outside the range and states the range', () => {
    const message = 'The value of "count" is out of range. It must be >= 1 and <= 65535. Received'
    for (const value of [0, -1, 65536, 70000]) {
      expect(() => checkUnsigned('count', value, 65535, 1)).toThrow(
        expect.objectContaining({ code: 'ERR_OUT_OF_RANGE', message: `${message} ${value}` }),
      )
    }
  })

  it('rejects a number that is not an integer', () => {
    for (const value of [1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(() => checkUnsigned('count', value, 65535, 1)).toThrow(
        expect.objectContaining({
          code: 'ERR_OUT_OF_RANGE',
          message: `The value of "count" is out of range. It must be an integer >= 1 and <= 65535. Received ${value}`,
        }),
      )
    }
  })

  it('rejects a value that is not a number', () => {
    for (const value of ['80', 80n, undefined, null, {}, [80], true]) {
      expect(() => checkUnsigned('count', value, 65535)).toThrow(
        expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' }),
      )
    }
  })
})

describe('checkUnsigned64', () => {
  it('accepts bigints from 0 to 2 ** 64 - 1', () => {
    for (const value of [0n, 1n, UINT64_MAX]) expect(() => checkUnsigned64('token', value)).not.toThrow()
    expect(UINT64_MAX).toBe(2n ** 64n - 1n)
  })

  it('rejects a bigint outside the range, and a number', () => {
    expect(() => checkUnsigned64('token', -1n)).toThrow(RangeError)
    expect(() => checkUnsigned64('token', 2n ** 64n)).toThrow(RangeError)
    expect(() => checkUnsigned64('token', 1)).toThrow(
      'The "token" argument must be of type bigint. Received type number (1)',
    )
  })
})
