import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { INET_PORT_RESERVATION_INSTANCE } from '../src/index.js'
import { badToken, badUnsigned, expectFieldRefused, itKeepsTheCodecPromises } from './struct-codec-behaviour.js'

const uint16 = fc.integer({ min: 0, max: 0xffff })
const good = { StartPort: 5000, NumberOfPorts: 20, Token: 1n }

describe('INET_PORT_RESERVATION_INSTANCE', () => {
  itKeepsTheCodecPromises(
    INET_PORT_RESERVATION_INSTANCE,
    fc.record({ StartPort: uint16, NumberOfPorts: uint16, Token: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
    () => ({ StartPort: 1, NumberOfPorts: 2, Token: 3n }),
  )

  it('is 16 bytes: Reservation at 0, Token at 8', () => {
    expect(INET_PORT_RESERVATION_INSTANCE).toMatchObject({
      name: 'INET_PORT_RESERVATION_INSTANCE',
      size: 16,
      offsetOf: { Reservation: 0, Token: 8 },
    })
  })

  it('stores the range, the token, and zeros in the padding', () => {
    const bytes = new Uint8Array(16).fill(0xff)
    INET_PORT_RESERVATION_INSTANCE.encode({ ...good, Token: 0x1122334455667788n }, bytes)
    expect(bytes).toEqual(
      Uint8Array.of(0x13, 0x88, 0x14, 0, 0, 0, 0, 0, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11),
    )
  })

  it('ignores the padding when it decodes', () => {
    const bytes = new Uint8Array(16)
    INET_PORT_RESERVATION_INSTANCE.encode(good, bytes)
    bytes.fill(0xee, 4, 8)
    expect(INET_PORT_RESERVATION_INSTANCE.decode(bytes)).toEqual(good)
  })

  it.each(badUnsigned('INET_PORT_RESERVATION_INSTANCE.StartPort', 65535))(
    'rejects StartPort %s',
    (bad, error, message) =>
      expectFieldRefused(INET_PORT_RESERVATION_INSTANCE, { ...good, StartPort: bad }, error, message),
  )

  it.each(badUnsigned('INET_PORT_RESERVATION_INSTANCE.NumberOfPorts', 65535))(
    'rejects NumberOfPorts %s',
    (bad, error, message) =>
      expectFieldRefused(INET_PORT_RESERVATION_INSTANCE, { ...good, NumberOfPorts: bad }, error, message),
  )

  it.each(badToken('INET_PORT_RESERVATION_INSTANCE.Token'))('refuses Token %s', (bad, error, message) =>
    expectFieldRefused(INET_PORT_RESERVATION_INSTANCE, { ...good, Token: bad }, error, message),
  )
})
