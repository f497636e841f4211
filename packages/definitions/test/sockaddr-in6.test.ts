import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SOCKADDR_IN6 } from '../src/index.js'
import { formatIPv6Address } from '../src/ipv6-address.js'
import { badUnsigned, expectFieldRefused, itKeepsTheCodecPromises } from './struct-codec-behaviour.js'

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })
const byte = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xff }))
const good = { sin6_port: 5000, sin6_flowinfo: 0, sin6_addr: '::1', sin6_scope_id: 0 }

describe('SOCKADDR_IN6', () => {
  itKeepsTheCodecPromises(
    SOCKADDR_IN6,
    fc.record({
      sin6_port: fc.integer({ min: 0, max: 0xffff }),
      sin6_flowinfo: uint32,
      sin6_addr: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => formatIPv6Address(bytes, 0)),
      sin6_scope_id: uint32,
    }),
    () => ({ sin6_port: 1, sin6_flowinfo: 2, sin6_addr: '::3', sin6_scope_id: 4 }),
  )

  it('is 28 bytes: family, port, flow information, address, scope id', () => {
    expect(SOCKADDR_IN6).toMatchObject({
      name: 'SOCKADDR_IN6',
      size: 28,
      offsetOf: { sin6_family: 0, sin6_port: 2, sin6_flowinfo: 4, sin6_addr: 8, sin6_scope_id: 24 },
    })
    const bytes = new Uint8Array(28).fill(0xff)
    SOCKADDR_IN6.encode(
      { sin6_port: 5000, sin6_flowinfo: 0x01020304, sin6_addr: 'fe80::a:b', sin6_scope_id: 0x05060708 },
      bytes,
    )
    expect([...bytes]).toEqual([
      ...[23, 0, 0x13, 0x88, 4, 3, 2, 1],
      ...[0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0a, 0, 0x0b],
      ...[8, 7, 6, 5],
    ])
  })

  it('preserves all 16 bytes of every address', () => {
    fc.assert(
      fc.property(fc.array(byte, { minLength: 16, maxLength: 16 }), (address) => {
        const bytes = Uint8Array.of(23, 0, 0, 80, 0, 0, 0, 0, ...address, 0, 0, 0, 0)
        const again = new Uint8Array(28)
        SOCKADDR_IN6.encode(SOCKADDR_IN6.decode(bytes), again)
        expect(again).toEqual(bytes)
      }),
    )
  })

  it('rejects another family when it decodes', () => {
    const bytes = new Uint8Array(28)
    bytes[0] = 2
    expect(() => SOCKADDR_IN6.decode(bytes)).toThrow(
      expect.objectContaining({
        code: 'ERR_OUT_OF_RANGE',
        message: 'The value of "SOCKADDR_IN6.sin6_family" is out of range. It must be 23 (AF_INET6). Received 2',
      }),
    )
  })

  it.each(badUnsigned('SOCKADDR_IN6.sin6_port', 65535))('refuses sin6_port %s', (bad, error, message) =>
    expectFieldRefused(SOCKADDR_IN6, { ...good, sin6_port: bad }, error, message),
  )

  it.each(badUnsigned('SOCKADDR_IN6.sin6_flowinfo', 0xffff_ffff))('refuses sin6_flowinfo %s', (bad, error, message) =>
    expectFieldRefused(SOCKADDR_IN6, { ...good, sin6_flowinfo: bad }, error, message),
  )

  it.each(badUnsigned('SOCKADDR_IN6.sin6_scope_id', 0xffff_ffff))('refuses sin6_scope_id %s', (bad, error, message) =>
    expectFieldRefused(SOCKADDR_IN6, { ...good, sin6_scope_id: bad }, error, message),
  )

  it.each(['', '127.0.0.1', '[::1]', 'fe80::1%3', ':::', '1::2::3'])('rejects sin6_addr %j', (bad) =>
    expectFieldRefused(
      SOCKADDR_IN6,
      { ...good, sin6_addr: bad },
      'RangeError',
      `The value of "SOCKADDR_IN6.sin6_addr" is out of range. It must be an IPv6 address such as '::1', without a zone. Received '${bad}'`,
    ),
  )

  it('rejects a sin6_addr that is not a string', () => {
    expectFieldRefused(
      SOCKADDR_IN6,
      { ...good, sin6_addr: null },
      'TypeError',
      'The "SOCKADDR_IN6.sin6_addr" property must be of type string. Received null',
    )
  })
})
