import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { INET_PORT_RESERVATION_INFORMATION } from '../src/index.js'
import { badUnsigned, expectFieldRefused, itKeepsTheCodecPromises } from './struct-codec-behaviour.js'

describe('INET_PORT_RESERVATION_INFORMATION', () => {
  itKeepsTheCodecPromises(
    INET_PORT_RESERVATION_INFORMATION,
    fc.record({ OwningPid: fc.integer({ min: 0, max: 0xffff_ffff }) }),
    () => ({ OwningPid: 1 }),
  )

  it('is 4 bytes: OwningPid at 0', () => {
    expect(INET_PORT_RESERVATION_INFORMATION).toMatchObject({
      name: 'INET_PORT_RESERVATION_INFORMATION',
      size: 4,
      offsetOf: { OwningPid: 0 },
    })
  })

  it('stores the process id in little-endian order, unsigned', () => {
    const bytes = new Uint8Array(4)
    INET_PORT_RESERVATION_INFORMATION.encode({ OwningPid: 0x01020304 }, bytes)
    expect(bytes).toEqual(Uint8Array.of(0x04, 0x03, 0x02, 0x01))
    expect(INET_PORT_RESERVATION_INFORMATION.decode(Uint8Array.of(0xff, 0xff, 0xff, 0xff)).OwningPid).toBe(4294967295)
  })

  it.each(badUnsigned('INET_PORT_RESERVATION_INFORMATION.OwningPid', 0xffff_ffff))(
    'rejects OwningPid %s',
    (bad, error, message) => expectFieldRefused(INET_PORT_RESERVATION_INFORMATION, { OwningPid: bad }, error, message),
  )
})
