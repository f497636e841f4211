import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { INET_PORT_RESERVATION_TOKEN } from '../src/index.js'
import { badToken, expectFieldRefused, itKeepsTheCodecPromises } from './struct-codec-behaviour.js'

describe('INET_PORT_RESERVATION_TOKEN', () => {
  itKeepsTheCodecPromises(
    INET_PORT_RESERVATION_TOKEN,
    fc.record({ Token: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
    () => ({ Token: 1n }),
  )

  it('is 8 bytes: Token at 0', () => {
    expect(INET_PORT_RESERVATION_TOKEN).toMatchObject({
      name: 'INET_PORT_RESERVATION_TOKEN',
      size: 8,
      offsetOf: { Token: 0 },
    })
  })

  it('stores the token in little-endian order', () => {
    const bytes = new Uint8Array(8)
    INET_PORT_RESERVATION_TOKEN.encode({ Token: 0x0102030405060708n }, bytes)
    expect(bytes).toEqual(Uint8Array.of(0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01))
  })

  it('preserves tokens that a number cannot hold', () => {
    const bytes = new Uint8Array(8)
    for (const Token of [0n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n]) {
      INET_PORT_RESERVATION_TOKEN.encode({ Token }, bytes)
      expect(INET_PORT_RESERVATION_TOKEN.decode(bytes).Token).toBe(Token)
    }
  })

  it.each(badToken('INET_PORT_RESERVATION_TOKEN.Token'))('refuses Token %s', (bad, error, message) => {
    expectFieldRefused(INET_PORT_RESERVATION_TOKEN, { Token: bad }, error, message)
  })
})
