import { isIPv4 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeSockaddr, encodeSockaddr, SOCKADDR_IN, SOCKADDR_IN6, SOCKADDR_MAX_SIZE } from '../src/index.js'
import { formatIPv6Address } from '../src/ipv6-address.js'

const port = fc.integer({ min: 0, max: 0xffff })
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => formatIPv6Address(bytes, 0))
const zone = fc.oneof(
  fc.constant(''),
  fc.integer({ min: 1, max: 0xffff_ffff }).map((id) => `%${id}`),
)
const address = fc.oneof(
  fc.ipV4(),
  fc.tuple(ipv6, zone).map(([text, suffix]) => text + suffix),
)

describe('encodeSockaddr and decodeSockaddr', () => {
  it("return what was encoded, in the shape of Node's AddressInfo", () => {
    fc.assert(
      fc.property(address, port, (text, number) => {
        const bytes = new Uint8Array(SOCKADDR_MAX_SIZE)
        const size = encodeSockaddr({ address: text, port: number }, bytes)
        const family = isIPv4(text) ? 'IPv4' : 'IPv6'
        expect(size).toBe(family === 'IPv4' ? 16 : 28)
        expect(decodeSockaddr(bytes)).toEqual({ address: text, family, port: number })
        expect(decodeSockaddr(bytes.subarray(0, size))).toEqual({ address: text, family, port: number })
      }),
    )
  })

  it('change only the bytes that they report', () => {
    const bytes = new Uint8Array(40).fill(0xa5)
    expect(encodeSockaddr({ address: '127.0.0.1', port: 5000 }, bytes)).toBe(16)
    expect([...bytes.subarray(0, 16)]).toEqual([2, 0, 0x13, 0x88, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    expect(bytes.subarray(16).every((byte) => byte === 0xa5)).toBe(true)
    expect(encodeSockaddr({ address: '::1', port: 5000 }, bytes)).toBe(28)
    expect(bytes.subarray(28).every((byte) => byte === 0xa5)).toBe(true)
  })

  it('agree with the struct codecs', () => {
    const bytes = new Uint8Array(SOCKADDR_MAX_SIZE)
    encodeSockaddr({ address: '10.1.2.3', port: 80 }, bytes)
    expect(SOCKADDR_IN.decode(bytes)).toEqual({ sin_port: 80, sin_addr: '10.1.2.3' })
    encodeSockaddr({ address: 'FE80:0::1%3', port: 80 }, bytes)
    expect(SOCKADDR_IN6.decode(bytes)).toEqual({
      sin6_port: 80,
      sin6_flowinfo: 0,
      sin6_addr: 'fe80::1',
      sin6_scope_id: 3,
    })
    expect(decodeSockaddr(bytes)).toEqual({ address: 'fe80::1%3', family: 'IPv6', port: 80 })
  })

  it('treat zone 0 as no zone', () => {
    const bytes = new Uint8Array(28)
    encodeSockaddr({ address: '::1%0', port: 80 }, bytes)
    expect(decodeSockaddr(bytes).address).toBe('::1')
  })

  it('fit either struct into SOCKADDR_MAX_SIZE bytes', () => {
    expect(SOCKADDR_MAX_SIZE).toBe(Math.max(SOCKADDR_IN.size, SOCKADDR_IN6.size))
  })
})

describe('encodeSockaddr', () => {
  it.each([
    ...[
      '',
      'localhost',
      '1.2.3',
      '1.2.3.4.5',
      '127.0.0.1%1',
      '1.2.3.4:80',
      '[::1]',
      ':',
      '%',
      '%:',
      ':::',
      '1:2:3:4:5:6:7',
    ],
    ...['fe80::1%', 'fe80::1%eth0', 'fe80::1%-1', 'fe80::1%1.5', 'fe80::1%4294967296', 'fe80::1%1%1', 'x::%3'],
  ])('refuses address %j and leaves the buffer alone', (bad) => {
    const bytes = new Uint8Array(28).fill(0xa5)
    expect(() => encodeSockaddr({ address: bad, port: 80 }, bytes)).toThrow(
      expect.objectContaining({
        name: 'RangeError',
        code: 'ERR_OUT_OF_RANGE',
        message: `The value of "SOCKADDR.address" is out of range. It must be an IPv4 address, or an IPv6 address with no zone or a numeric one. Received '${bad}'`,
      }),
    )
    expect(bytes.every((byte) => byte === 0xa5)).toBe(true)
  })

  it('rejects a bad port, a missing part, and a value that is not an object', () => {
    const bytes = new Uint8Array(28)
    expect(() => encodeSockaddr({ address: '::1', port: 65536 }, bytes)).toThrow(
      'The value of "SOCKADDR.port" is out of range. It must be >= 0 and <= 65535. Received 65536',
    )
    expect(() => encodeSockaddr({ address: '::1', port: '80' } as never, bytes)).toThrow(
      'The "SOCKADDR.port" property must be of type number. Received type string (\'80\')',
    )
    expect(() => encodeSockaddr({ port: 80 } as never, bytes)).toThrow(
      'The "SOCKADDR.address" property must be of type string. Received undefined',
    )
    expect(() => encodeSockaddr(null as never, bytes)).toThrow(
      'The "SOCKADDR value" argument must be of type object. Received null',
    )
  })

  it('requires only the bytes that the family needs', () => {
    expect(encodeSockaddr({ address: '127.0.0.1', port: 1 }, new Uint8Array(16))).toBe(16)
    expect(() => encodeSockaddr({ address: '127.0.0.1', port: 1 }, new Uint8Array(15))).toThrow(
      'The value of "SOCKADDR_IN target.length" is out of range. It must be >= 16. Received 15',
    )
    expect(() => encodeSockaddr({ address: '::1', port: 1 }, new Uint8Array(27))).toThrow(
      'The value of "SOCKADDR_IN6 target.length" is out of range. It must be >= 28. Received 27',
    )
    expect(() => encodeSockaddr({ address: '::1', port: 1 }, [] as never)).toThrow(TypeError)
  })
})

describe('decodeSockaddr', () => {
  it('rejects any other family', () => {
    expect(() => decodeSockaddr(Uint8Array.of(1, 0, ...Array(26).fill(0)))).toThrow(
      expect.objectContaining({
        code: 'ERR_OUT_OF_RANGE',
        message:
          'The value of "SOCKADDR.sa_family" is out of range. It must be 2 (AF_INET) or 23 (AF_INET6). Received 1',
      }),
    )
  })

  it('rejects a buffer shorter than the family needs', () => {
    expect(() => decodeSockaddr(new Uint8Array(1))).toThrow('"SOCKADDR source.length" is out of range')
    expect(() => decodeSockaddr(Uint8Array.of(2, 0, ...Array(13).fill(0)))).toThrow('It must be >= 16. Received 15')
    expect(() => decodeSockaddr(Uint8Array.of(23, 0, ...Array(25).fill(0)))).toThrow('It must be >= 28. Received 27')
    expect(() => decodeSockaddr('x' as never)).toThrow(TypeError)
  })
})
