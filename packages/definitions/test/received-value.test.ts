import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeReceivedType, describeReceivedValue } from '../src/received-value.js'

class Shape {}

describe('describeReceivedType', () => {
  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [-0, 'type number (-0)'],
    [Number.NaN, 'type number (NaN)'],
    [80, 'type number (80)'],
    [80n, 'type bigint (80n)'],
    [true, 'type boolean (true)'],
    ['80', "type string ('80')"],
    ["it's", "type string ('it\\'s')"],
    ['say "so"', 'type string (\'say "so"\')'],
    ['a\nb\\', "type string ('a\\nb\\\\')"],
    [Symbol('port'), 'type symbol (Symbol(port))'],
    [Symbol(), 'type symbol (Symbol())'],
    [[1], 'an instance of Array'],
    [{}, 'an instance of Object'],
    [new Shape(), 'an instance of Shape'],
    [Object.create(null), 'an object'],
    [function named() {}, 'function named'],
    [(() => () => {})(), 'a function'],
  ])('case %#: %s', (value, description) => {
    expect(describeReceivedType(value)).toBe(description)
  })

  it('shortens long values', () => {
    expect(describeReceivedType('x'.repeat(28))).toBe(`type string ('${'x'.repeat(28)}')`)
    expect(describeReceivedType('x'.repeat(1_000_000))).toBe(`type string ('${'x'.repeat(25)}...')`)
    expect(describeReceivedType(Symbol('x'.repeat(1000))).length).toBeLessThan(60)
    expect(describeReceivedValue(10n ** 5000n).length).toBeLessThan(100)
  })

  it('describes objects and functions that throw', () => {
    const throws = (): never => {
      throw new Error('hostile')
    }
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    const revokedFunction = Proxy.revocable(() => {}, {})
    revokedFunction.revoke()
    const hostile = [
      new Proxy({}, { get: throws, has: throws, getPrototypeOf: throws, ownKeys: throws }),
      new Proxy(() => {}, { get: throws }),
      revoked.proxy,
      revokedFunction.proxy,
      Object.defineProperty({}, 'constructor', { get: throws }),
      { constructor: Object.defineProperty(() => {}, 'name', { get: throws }) },
      { constructor: { name: 'fake' } },
      { constructor: Object.defineProperty(() => {}, 'name', { value: 7 }) },
      { toString: throws, valueOf: throws, [Symbol.toPrimitive]: throws },
    ]
    for (const value of hostile) {
      expect(describeReceivedType(value)).toMatch(/^(an object|a function|an instance of Object)$/)
      expect(describeReceivedValue(value)).toMatch(/^(an object|a function|an instance of Object)$/)
    }
  })

  it('describes any value in one short line', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withTypedArray: true }), (value) => {
        const description = describeReceivedType(value)
        expect(description).not.toMatch(/[\n\r]/)
        expect(description.length).toBeLessThan(250)
      }),
    )
  })
})

describe('describeReceivedValue', () => {
  it.each([
    [70000, '70000'],
    [-0, '-0'],
    [4294967296, '4294967296'],
    [4294967297, '4_294_967_297'],
    [-10000000000, '-10_000_000_000'],
    [1e21, '1e+21'],
    [12345678901.5, '12345678901.5'],
    [2n ** 64n, '18_446_744_073_709_551_616n'],
    ['::1', "'::1'"],
    [null, 'null'],
    [new Shape(), 'an instance of Shape'],
  ])('shows %s as %s', (value, description) => {
    expect(describeReceivedValue(value)).toBe(description)
  })
})
