import { isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIPv6Address, writeIPv6Address } from '../src/ipv6-address.js'

/** Sixteen bytes with zeros in any arrangement, IPv4-mapped addresses among them. */
const addressBytes = fc.oneof(
  fc
    .array(fc.oneof(fc.constant(0), fc.constantFrom(1, 0xff, 0xffff), fc.nat(0xffff)), { minLength: 8, maxLength: 8 })
    .map((groups) => Uint8Array.from(groups.flatMap((group) => [group >>> 8, group & 0xff]))),
  fc
    .uint8Array({ minLength: 4, maxLength: 4 })
    .map((quad) => Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...quad)),
)

/** Text made of what addresses are made of, mostly not quite one. */
const nearlyAddress = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'01afF:::.'), maxLength: 45 }),
  fc
    .array(fc.constantFrom('', '', '0', '1', 'ffff', 'ABCD', '00000', 'g', '1.2.3.4', '1.2.3.04', '1.2.3'), {
      minLength: 1,
      maxLength: 10,
    })
    .map((groups) => groups.join(':')),
  fc.ipV6(),
  fc.tuple(fc.ipV6(), fc.nat(45), fc.constantFrom(':', '', '0', '.', ' ')).map(([text, at, patch]) => {
    const index = at % (text.length + 1)
    return text.slice(0, index) + patch + text.slice(index + 1)
  }),
  fc.string().filter((text) => !text.includes('%')),
)

function parse(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(16)
  return writeIPv6Address(text, text.length, bytes, 0) ? bytes : undefined
}

const normalised = (text: string): string => new URL(`http://[${text}]/`).hostname.slice(1, -1)

describe('writeIPv6Address', () => {
  it.each([
    ['::', [0, 0, 0, 0, 0, 0, 0, 0]],
    ['::1', [0, 0, 0, 0, 0, 0, 0, 1]],
    ['1::', [1, 0, 0, 0, 0, 0, 0, 0]],
    ['1:2:3:4:5:6:7:8', [1, 2, 3, 4, 5, 6, 7, 8]],
    ['2001:DB8:0:0:8:800:200C:417A', [0x2001, 0xdb8, 0, 0, 8, 0x800, 0x200c, 0x417a]],
    ['2001:db8::8:800:200c:417a', [0x2001, 0xdb8, 0, 0, 8, 0x800, 0x200c, 0x417a]],
    ['1:2:3:4:5:6:7::', [1, 2, 3, 4, 5, 6, 7, 0]],
    ['::2:3:4:5:6:7:8', [0, 2, 3, 4, 5, 6, 7, 8]],
    ['1:2:3::5:6:7:8', [1, 2, 3, 0, 5, 6, 7, 8]],
    ['::ffff:129.144.52.38', [0, 0, 0, 0, 0, 0xffff, 0x8190, 0x3426]],
    ['1:2:3:4:5:6:1.2.3.4', [1, 2, 3, 4, 5, 6, 0x0102, 0x0304]],
    ['1::1.2.3.4', [1, 0, 0, 0, 0, 0, 0x0102, 0x0304]],
    ['0001:0:00:000:0000::', [1, 0, 0, 0, 0, 0, 0, 0]],
  ])('reads %s', (text, groups) => {
    expect(parse(text)).toEqual(Uint8Array.from(groups.flatMap((group) => [group >>> 8, group & 0xff])))
  })

  it.each([
    ...['', ':', ':::', '1', '1:', ':1', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8:', ':1:2:3:4:5:6:7:8'],
    ...['::1::', '1::2::3', '1:2:3:4::5:6:7:8', '12345::', '::g', '::1 ', '[::1]', '::1%1', '1:2:3:4:5:6:7:1.2.3.4'],
    ...[
      '::1.2.3.4:5',
      '::.1.2.3',
      '::1.2.3.256',
      '1.2.3.4',
      '::01.2.3.4',
      '1:2:3:4:5:6:7::1.2.3.4',
      '::ffff:1.2.3.4::',
    ],
  ])('refuses %j and writes nothing', (text) => {
    const bytes = new Uint8Array(16).fill(0xa5)
    expect(writeIPv6Address(text, text.length, bytes, 0)).toBe(false)
    expect(bytes.every((byte) => byte === 0xa5)).toBe(true)
  })

  it("accepts exactly the text that Node's isIPv6 accepts", () => {
    fc.assert(
      fc.property(nearlyAddress, (text) => {
        expect(parse(text) !== undefined).toBe(isIPv6(text))
      }),
      { numRuns: 20_000 },
    )
  })

  it('leaves nothing of an earlier address', () => {
    parse('1:2:3:4:5:6:7:8')
    parse('9:9:9:9:x')
    expect(parse('::')).toEqual(new Uint8Array(16))
  })
})

describe('formatIPv6Address', () => {
  it.each([
    ['0:0:0:0:0:0:0:0', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['0:0:1:0:0:0:0:0', '0:0:1::'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['::1.2.3.4', '::102:304'],
    ['::ffff:0:1.2.3.4', '::ffff:0:102:304'],
  ])('writes %s as %s', (text, canonical) => {
    expect(formatIPv6Address(parse(text) as Uint8Array, 0)).toBe(canonical)
  })

  it('writes text that reads back as the same bytes', () => {
    fc.assert(
      fc.property(addressBytes, (bytes) => {
        const text = formatIPv6Address(bytes, 0)
        expect(isIPv6(text)).toBe(true)
        expect(parse(text)).toEqual(bytes)
      }),
      { numRuns: 2000 },
    )
  })

  it("agrees with the URL standard's form, except for IPv4-mapped addresses", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.ipV6(),
          addressBytes.map((bytes) => formatIPv6Address(bytes, 0)),
        ),
        (text) => {
          const formatted = formatIPv6Address(parse(text) as Uint8Array, 0)
          expect(normalised(formatted)).toBe(normalised(text))
          if (!formatted.startsWith('::ffff:') || !formatted.includes('.')) expect(formatted).toBe(normalised(text))
        },
      ),
      { numRuns: 2000 },
    )
  })
})
