import { describe, expect, it } from 'vitest'
import { invalidArgType, outOfRange } from '../src/index.js'

describe('invalidArgType', () => {
  it("returns a TypeError with Node's code and wording", () => {
    const error = invalidArgType('count', 'of type number', 'x')
    expect(error).toBeInstanceOf(TypeError)
    expect(error.code).toBe('ERR_INVALID_ARG_TYPE')
    expect(error.message).toBe('The "count" argument must be of type number. Received type string (\'x\')')
  })

  it('calls a name with a dot a property, as Node does', () => {
    expect(invalidArgType('options.count', 'of type number', null).message).toBe(
      'The "options.count" property must be of type number. Received null',
    )
  })

  it("says exactly what Node's own error says", () => {
    for (const received of [
      undefined,
      null,
      '12',
      true,
      1n,
      Symbol('s'),
      {},
      [],
      new Map(),
      Math.max,
      class Shape {},
    ]) {
      let nodes = ''
      try {
        Buffer.alloc(received as never)
      } catch (error) {
        nodes = (error as Error).message
      }
      expect(invalidArgType('size', 'of type number', received).message).toBe(nodes)
    }
  })
})

describe('outOfRange', () => {
  it("returns a RangeError with Node's code and wording", () => {
    const error = outOfRange('count', '>= 1 and <= 65535', 70000)
    expect(error).toBeInstanceOf(RangeError)
    expect(error.code).toBe('ERR_OUT_OF_RANGE')
    expect(error.message).toBe('The value of "count" is out of range. It must be >= 1 and <= 65535. Received 70000')
  })

  it("shows numbers as Node's own error shows them", () => {
    for (const received of [-1, 2 ** 32, 2 ** 32 + 1, 2 ** 40, -(2 ** 40), Number.NaN, Number.POSITIVE_INFINITY, 1.5]) {
      let nodes = ''
      try {
        Buffer.alloc(8).writeInt8(0, received)
      } catch (error) {
        nodes = (error as Error).message
      }
      expect(nodes.endsWith(outOfRange('offset', 'x', received).message.replace(/^.*It must be x/, ''))).toBe(true)
    }
  })
})
