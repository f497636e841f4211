import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SOCKADDR_IN } from '../src/index.js'
import { badUnsigned, expectFieldRefused, itKeepsTheCodecPromises } from './struct-codec-behaviour.js'

describe('SOCKADDR_IN', () => {
  itKeepsTheCodecPromises(
    SOCKADDR_IN,
    fc.record({ sin_port: fc.integer({ min: 0, max: 0xffff }), sin_addr: fc.ipV4() }),
    () => ({ sin_port: 1, sin_addr: '1.1.1.1' }),
  )

  it('is 16 bytes: family, port, address, zeros', () => {
    expect(SOCKADDR_IN).toMatchObject({
      name: 'SOCKADDR_IN',
      size: 16,
      offsetOf: { sin_family: 0, sin_port: 2, sin_addr: 4, sin_zero: 8 },
    })
    const bytes = new Uint8Array(16).fill(0xff)
    SOCKADDR_IN.encode({ sin_port: 5000, sin_addr: '192.0.2.255' }, bytes)
    expect(bytes).toEqual(Uint8Array.of(2, 0, 0x13, 0x88, 192, 0, 2, 255, 0, 0, 0, 0, 0, 0, 0, 0))
  })

  it('rejects another family when it decodes', () => {
    const bytes = Uint8Array.of(23, 0, 0x13, 0x88, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)
    expect(() => SOCKADDR_IN.decode(bytes)).toThrow(
      expect.objectContaining({
        code: 'ERR_OUT_OF_RANGE',
        message: 'The value of "SOCKADDR_IN.sin_family" is out of range. It must be 2 (AF_INET). Received 23',
      }),
    )
    expect(() => SOCKADDR_IN.decode(Uint8Array.of(0, 2, ...bytes.subarray(2)))).toThrow('Received 512')
  })

  it.each(badUnsigned('SOCKADDR_IN.sin_port', 65535))('refuses sin_port %s', (bad, error, message) =>
    expectFieldRefused(SOCKADDR_IN, { sin_port: bad, sin_addr: '127.0.0.1' }, error, message),
  )

  it.each(['', 'localhost', '256.0.0.1', '1.2.3', '127.0.0.01', '::1', '127.0.0.1 '])('rejects sin_addr %j', (bad) =>
    expectFieldRefused(
      SOCKADDR_IN,
      { sin_port: 80, sin_addr: bad },
      'RangeError',
      `The value of "SOCKADDR_IN.sin_addr" is out of range. It must be an IPv4 address such as '127.0.0.1'. Received '${bad}'`,
    ),
  )

  it('rejects a sin_addr that is not a string', () => {
    const message = 'The "SOCKADDR_IN.sin_addr" property must be of type string. Received'
    expectFieldRefused(SOCKADDR_IN, { sin_port: 80 }, 'TypeError', `${message} undefined`)
    expectFieldRefused(SOCKADDR_IN, { sin_port: 80, sin_addr: 1 }, 'TypeError', `${message} type number (1)`)
  })
})
