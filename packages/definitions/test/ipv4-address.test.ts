import { isIPv4 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIPv4Address, parseIPv4Address } from '../src/ipv4-address.js'

describe('parseIPv4Address', () => {
  it('reads the first part into the highest byte', () => {
    expect(parseIPv4Address('1.2.3.4')).toBe(0x01020304)
    expect(parseIPv4Address('255.255.255.255')).toBe(0xffffffff)
    expect(parseIPv4Address('0.0.0.0')).toBe(0)
  })

  it('reads every address that formatIPv4Address writes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
        const view = new DataView(bytes.buffer, bytes.byteOffset)
        expect(parseIPv4Address(formatIPv4Address(bytes, 0))).toBe(view.getUint32(0))
      }),
    )
  })

  it("accepts exactly the text that Node's isIPv4 accepts", () => {
    const likely = fc.string({ unit: fc.constantFrom(...'0125.'), maxLength: 16 })
    const parts = fc
      .array(fc.oneof(fc.nat(300).map(String), fc.constantFrom('', '00', '01', '1 ', '-1', '1e1', '٣', '+1')))
      .map((list) => list.join('.'))
    fc.assert(
      fc.property(fc.oneof(likely, parts, fc.ipV4(), fc.ipV4Extended(), fc.string()), (text) => {
        expect(parseIPv4Address(text) >= 0).toBe(isIPv4(text))
      }),
      { numRuns: 5000 },
    )
  })

  it('reads a part of a longer text', () => {
    expect(parseIPv4Address('::ffff:1.2.3.4', 7)).toBe(0x01020304)
    expect(parseIPv4Address('1.2.3.45', 0, 7)).toBe(0x01020304)
    expect(parseIPv4Address('1.2.3.4', 0, 6)).toBe(-1)
  })
})

describe('formatIPv4Address', () => {
  it('writes the four bytes at the offset', () => {
    expect(formatIPv4Address(Uint8Array.of(9, 192, 0, 2, 255, 9), 1)).toBe('192.0.2.255')
  })
})
