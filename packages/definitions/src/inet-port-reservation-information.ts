import { getUint32, putUint32 } from './byte-order.js'
import { checkStructBytes, checkStructObject } from './struct-bytes.js'
import type { StructCodec } from './struct-codec.js'
import { checkUnsigned, UINT32_MAX } from './unsigned-integer.js'

/**
 * The owner of a reservation. mstcpip.h declares it, but none of the three control codes takes or returns it.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/api/mstcpip/ns-mstcpip-inet_port_reservation_information
 */
export interface INET_PORT_RESERVATION_INFORMATION {
  /** The process id of the owner, 0 to 4294967295. */
  OwningPid: number
}

/** The 4 bytes of an INET_PORT_RESERVATION_INFORMATION: ULONG OwningPid. */
export const INET_PORT_RESERVATION_INFORMATION: StructCodec<INET_PORT_RESERVATION_INFORMATION, 'OwningPid'> = {
  name: 'INET_PORT_RESERVATION_INFORMATION',
  size: 4,
  offsetOf: { OwningPid: 0 },
  encode(value, target, offset = 0) {
    checkStructObject('INET_PORT_RESERVATION_INFORMATION', 'value', value)
    const { OwningPid } = value
    checkUnsigned('INET_PORT_RESERVATION_INFORMATION.OwningPid', OwningPid, UINT32_MAX)
    checkStructBytes('INET_PORT_RESERVATION_INFORMATION', 'target', target, 4, offset)
    putUint32(target, offset, OwningPid)
  },
  decode(source, target = { OwningPid: 0 }, offset = 0) {
    checkStructObject('INET_PORT_RESERVATION_INFORMATION', 'target', target)
    checkStructBytes('INET_PORT_RESERVATION_INFORMATION', 'source', source, 4, offset)
    target.OwningPid = getUint32(source, offset)
    return target
  },
}
