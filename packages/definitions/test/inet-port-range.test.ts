import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { INET_PORT_RANGE, INET_PORT_RESERVATION } from '../src/index.js'
import { badUnsigned, expectFieldRefused, itKeepsTheCodecPromises } from './struct-codec-behaviour.js'

const uint16 = fc.integer({ min: 0, max: 0xffff })

describe('INET_PORT_RANGE', () => {
  itKeepsTheCodecPromises(INET_PORT_RANGE, fc.record({ StartPort: uint16, NumberOfPorts: uint16 }), () => ({
    StartPort: 1,
    NumberOfPorts: 2,
  }))

  it('is 4 bytes: StartPort at 0, NumberOfPorts at 2', () => {
    expect(INET_PORT_RANGE).toMatchObject({
      name: 'INET_PORT_RANGE',
      size: 4,
      offsetOf: { StartPort: 0, NumberOfPorts: 2 },
    })
  })

  it('has StartPort in network order and NumberOfPorts in little-endian order', () => {
    const bytes = new Uint8Array(4)
    INET_PORT_RANGE.encode({ StartPort: 5000, NumberOfPorts: 20 }, bytes)
    expect(bytes).toEqual(Uint8Array.of(0x13, 0x88, 0x14, 0x00))
    INET_PORT_RANGE.encode({ StartPort: 0x0102, NumberOfPorts: 0x0304 }, bytes)
    expect(bytes).toEqual(Uint8Array.of(0x01, 0x02, 0x04, 0x03))
    expect(INET_PORT_RANGE.decode(Uint8Array.of(0xff, 0x00, 0xff, 0x00))).toEqual({
      StartPort: 65280,
      NumberOfPorts: 255,
    })
  })

  it('encodes every port and every count', () => {
    const bytes = new Uint8Array(4)
    const range = { StartPort: 0, NumberOfPorts: 0 }
    for (let n = 0; n <= 0xffff; n++) {
      INET_PORT_RANGE.encode({ StartPort: n, NumberOfPorts: 0xffff - n }, bytes)
      INET_PORT_RANGE.decode(bytes, range)
      if (range.StartPort !== n || range.NumberOfPorts !== 0xffff - n) expect.fail(`${n} became ${range.StartPort}`)
    }
  })

  it.each(badUnsigned('INET_PORT_RANGE.StartPort', 65535))('refuses StartPort %s', (bad, error, message) => {
    expectFieldRefused(INET_PORT_RANGE, { StartPort: bad, NumberOfPorts: 1 }, error, message)
  })

  it.each(badUnsigned('INET_PORT_RANGE.NumberOfPorts', 65535))('refuses NumberOfPorts %s', (bad, error, message) => {
    expectFieldRefused(INET_PORT_RANGE, { StartPort: 5000, NumberOfPorts: bad }, error, message)
  })

  it('is also the codec of INET_PORT_RESERVATION', () => {
    const range: INET_PORT_RESERVATION = { StartPort: 5000, NumberOfPorts: 1 } satisfies INET_PORT_RANGE
    const bytes = new Uint8Array(4)
    INET_PORT_RESERVATION.encode(range, bytes)
    expect(bytes).toEqual(Uint8Array.of(0x13, 0x88, 0x01, 0x00))
  })
})
