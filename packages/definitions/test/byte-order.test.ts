import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as order from '../src/byte-order.js'

describe('byte order', () => {
  it('agrees with DataView for every width', () => {
    const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })
    fc.assert(
      fc.property(uint32, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat(8), (number, bigint, at) => {
        const bytes = new Uint8Array(16)
        const view = new DataView(bytes.buffer)
        order.putNetworkUint16(bytes, at, number & 0xffff)
        expect(view.getUint16(at)).toBe(number & 0xffff)
        expect(order.getNetworkUint16(bytes, at)).toBe(number & 0xffff)
        order.putUint16(bytes, at, number & 0xffff)
        expect(view.getUint16(at, true)).toBe(number & 0xffff)
        expect(order.getUint16(bytes, at)).toBe(number & 0xffff)
        order.putUint32(bytes, at, number)
        expect(view.getUint32(at, true)).toBe(number)
        expect(order.getUint32(bytes, at)).toBe(number)
        order.putUint64(bytes, at, bigint)
        expect(view.getBigUint64(at, true)).toBe(bigint)
        expect(order.getUint64(bytes, at)).toBe(bigint)
      }),
    )
  })
})
