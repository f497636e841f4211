import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { StructCodec } from '../src/index.js'

const anyByte = fc.integer({ min: 0, max: 0xff })

/** Tests the promises of StructCodec for all values of a codec. `fresh` makes a target for decode. */
export function itKeepsTheCodecPromises<T extends object, Field extends string>(
  codec: StructCodec<T, Field>,
  values: fc.Arbitrary<T>,
  fresh: () => T,
): void {
  const { name, size } = codec
  const sample = fc.sample(values, { numRuns: 1, seed: 1 })[0] as T
  const encoded = (value: T): Uint8Array => {
    const bytes = new Uint8Array(size)
    codec.encode(value, bytes)
    return bytes
  }

  it('decodes what it encoded', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(codec.decode(encoded(value))).toEqual(value)
      }),
    )
  })

  it('encodes and decodes at any offset, and changes no byte outside the struct', () => {
    const offsets = fc.integer({ min: 0, max: 40 })
    fc.assert(
      fc.property(values, offsets, offsets, anyByte, (value, before, after, filler) => {
        const buffer = new Uint8Array(before + size + after).fill(filler)
        codec.encode(value, buffer, before)
        expect(buffer.subarray(before, before + size)).toEqual(encoded(value))
        expect(buffer.subarray(0, before).every((byte) => byte === filler)).toBe(true)
        expect(buffer.subarray(before + size).every((byte) => byte === filler)).toBe(true)
        const copy = buffer.slice()
        expect(codec.decode(buffer, undefined, before)).toEqual(value)
        expect(buffer).toEqual(copy)
      }),
    )
  })

  it('fills and returns the given target', () => {
    fc.assert(
      fc.property(values, (value) => {
        const target = fresh()
        expect(codec.decode(encoded(value), target)).toBe(target)
        expect(target).toEqual(value)
        expect(Object.keys(target)).toEqual(Object.keys(fresh()))
      }),
    )
  })

  it('returns a new object on each call without a target', () => {
    const bytes = encoded(sample)
    expect(codec.decode(bytes)).not.toBe(codec.decode(bytes))
  })

  it('accepts a Buffer, and a view into the middle of a larger one', () => {
    const large = Buffer.alloc(size + 10, 0xee)
    codec.encode(sample, large.subarray(3, 3 + size))
    expect(codec.decode(large, fresh(), 3)).toEqual(sample)
    expect([...large.subarray(0, 3), ...large.subarray(3 + size)]).toEqual(Array(10).fill(0xee))
  })

  it('rejects a short buffer and states its length', () => {
    for (let length = 0; length < size; length++) {
      const short = new Uint8Array(length)
      const range = `It must be >= ${size}. Received ${length}`
      expect(() => codec.encode(sample, short)).toThrow(
        expect.objectContaining({
          name: 'RangeError',
          code: 'ERR_OUT_OF_RANGE',
          message: `The value of "${name} target.length" is out of range. ${range}`,
        }),
      )
      expect(() => codec.decode(short, fresh())).toThrow(
        expect.objectContaining({
          name: 'RangeError',
          code: 'ERR_OUT_OF_RANGE',
          message: `The value of "${name} source.length" is out of range. ${range}`,
        }),
      )
    }
  })

  it('rejects an offset that is not an integer or leaves too few bytes', () => {
    const bytes = new Uint8Array(size + 2)
    codec.encode(sample, bytes, 2)
    const untouched = bytes.slice()
    for (const offset of [3, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      const refusal = expect.objectContaining({
        name: 'RangeError',
        code: 'ERR_OUT_OF_RANGE',
        message: `The value of "${name} offset" is out of range. It must be an integer >= 0 and <= 2 in ${size + 2} bytes. Received ${offset}`,
      })
      expect(() => codec.encode(sample, bytes, offset)).toThrow(refusal)
      expect(() => codec.decode(bytes, fresh(), offset)).toThrow(refusal)
    }
    for (const offset of ['0', 0n, null]) {
      const refusal = expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' })
      expect(() => codec.encode(sample, bytes, offset as never)).toThrow(refusal)
      expect(() => codec.decode(bytes, fresh(), offset as never)).toThrow(refusal)
    }
    expect(bytes).toEqual(untouched)
  })

  it('rejects anything but a Uint8Array and describes the value', () => {
    const strangers: [unknown, string][] = [
      [undefined, 'undefined'],
      [null, 'null'],
      [Array(size).fill(0), 'an instance of Array'],
      [new ArrayBuffer(size), 'an instance of ArrayBuffer'],
      [new DataView(new ArrayBuffer(size)), 'an instance of DataView'],
      [new Uint16Array(size), 'an instance of Uint16Array'],
      [new Uint8ClampedArray(size), 'an instance of Uint8ClampedArray'],
      [Object.create(Uint8Array.prototype), 'an instance of Uint8Array'],
      [new Proxy(new Uint8Array(size), {}), 'an instance of Uint8Array'],
      ['0000', "type string ('0000')"],
    ]
    for (const [stranger, description] of strangers) {
      const refusal = (role: string) =>
        expect.objectContaining({
          name: 'TypeError',
          code: 'ERR_INVALID_ARG_TYPE',
          message: `The "${name} ${role}" argument must be a Uint8Array of at least ${size} bytes. Received ${description}`,
        })
      expect(() => codec.encode(sample, stranger as never)).toThrow(refusal('target'))
      expect(() => codec.decode(stranger as never)).toThrow(refusal('source'))
    }
  })

  it('rejects a value or a target that is not an object', () => {
    const bytes = new Uint8Array(size)
    for (const stranger of [null, 1, 'x', () => {}]) {
      expect(() => codec.encode(stranger as never, bytes)).toThrow(
        `The "${name} value" argument must be of type object`,
      )
      expect(() => codec.decode(encoded(sample), stranger as never)).toThrow(
        `The "${name} target" argument must be of type object`,
      )
    }
    expect(() => codec.encode(undefined as never, bytes)).toThrow(`"${name} value"`)
    expect(bytes).toEqual(new Uint8Array(size))
  })

  it('has its fields in order at the offsets of offsetOf', () => {
    const offsets = Object.values<number>(codec.offsetOf)
    expect(offsets[0]).toBe(0)
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b))
    expect(Math.max(...offsets)).toBeLessThan(size)
  })
}

/** A bad field is refused with exactly this error, and the buffer stays as it was. */
export function expectFieldRefused<T>(
  codec: StructCodec<T, string>,
  value: unknown,
  errorName: 'TypeError' | 'RangeError',
  message: string,
): void {
  const buffer = new Uint8Array(codec.size).fill(0xa5)
  expect(() => codec.encode(value as T, buffer)).toThrow(
    expect.objectContaining({
      name: errorName,
      code: errorName === 'TypeError' ? 'ERR_INVALID_ARG_TYPE' : 'ERR_OUT_OF_RANGE',
      message,
    }),
  )
  expect(buffer.every((byte) => byte === 0xa5)).toBe(true)
}

/** Bad values for an unsigned field with this largest value, each with the error that must name it. */
export function badUnsigned(field: string, max: number): [unknown, 'TypeError' | 'RangeError', string][] {
  const outside = `The value of "${field}" is out of range. It must be >= 0 and <= ${max}. Received`
  const uneven = `The value of "${field}" is out of range. It must be an integer >= 0 and <= ${max}. Received`
  const wrongType = `The "${field}" property must be of type number. Received`
  return [
    [-1, 'RangeError', `${outside} -1`],
    [max + 1, 'RangeError', `${outside} ${max === 0xffff ? '65536' : '4294967296'}`],
    [1.5, 'RangeError', `${uneven} 1.5`],
    [Number.NaN, 'RangeError', `${uneven} NaN`],
    [Number.POSITIVE_INFINITY, 'RangeError', `${uneven} Infinity`],
    ['80', 'TypeError', `${wrongType} type string ('80')`],
    [80n, 'TypeError', `${wrongType} type bigint (80n)`],
    [undefined, 'TypeError', `${wrongType} undefined`],
    [null, 'TypeError', `${wrongType} null`],
    [[80], 'TypeError', `${wrongType} an instance of Array`],
    [{ valueOf: () => 80 }, 'TypeError', `${wrongType} an instance of Object`],
  ]
}

/** Bad values for a token field, each with the error that must name it. */
export function badToken(field: string): [unknown, 'TypeError' | 'RangeError', string][] {
  const outside = `The value of "${field}" is out of range. It must be >= 0n and < 2n ** 64n. Received`
  const wrongType = `The "${field}" property must be of type bigint. Received`
  return [
    [-1n, 'RangeError', `${outside} -1n`],
    [2n ** 64n, 'RangeError', `${outside} 18_446_744_073_709_551_616n`],
    [7, 'TypeError', `${wrongType} type number (7)`],
    ['7', 'TypeError', `${wrongType} type string ('7')`],
    [undefined, 'TypeError', `${wrongType} undefined`],
    [null, 'TypeError', `${wrongType} null`],
  ]
}
