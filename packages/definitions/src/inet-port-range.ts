import { getNetworkUint16, getUint16, putNetworkUint16, putUint16 } from './byte-order.js'
import { checkStructBytes, checkStructObject } from './struct-bytes.js'
import type { StructCodec } from './struct-codec.js'
import { checkUnsigned, UINT16_MAX } from './unsigned-integer.js'

/**
 * A block of consecutive ports: the input of `SIO_ACQUIRE_PORT_RESERVATION`.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/api/mstcpip/ns-mstcpip-inet_port_range
 */
export interface INET_PORT_RANGE {
  /** The first port, 0 to 65535. Host order in the value, network order in the bytes. With 0 the kernel chooses the range. */
  StartPort: number
  /** The number of ports, 0 to 65535. The kernel refuses 0. */
  NumberOfPorts: number
}

/** The 4 bytes of an INET_PORT_RANGE: USHORT StartPort in network order, USHORT NumberOfPorts in little-endian order. */
export const INET_PORT_RANGE: StructCodec<INET_PORT_RANGE, 'StartPort' | 'NumberOfPorts'> = {
  name: 'INET_PORT_RANGE',
  size: 4,
  offsetOf: { StartPort: 0, NumberOfPorts: 2 },
  encode(value, target, offset = 0) {
    checkStructObject('INET_PORT_RANGE', 'value', value)
    const { StartPort, NumberOfPorts } = value
    checkUnsigned('INET_PORT_RANGE.StartPort', StartPort, UINT16_MAX)
    checkUnsigned('INET_PORT_RANGE.NumberOfPorts', NumberOfPorts, UINT16_MAX)
    checkStructBytes('INET_PORT_RANGE', 'target', target, 4, offset)
    putNetworkUint16(target, offset, StartPort)
    putUint16(target, offset + 2, NumberOfPorts)
  },
  decode(source, target = { StartPort: 0, NumberOfPorts: 0 }, offset = 0) {
    checkStructObject('INET_PORT_RANGE', 'target', target)
    checkStructBytes('INET_PORT_RANGE', 'source', source, 4, offset)
    target.StartPort = getNetworkUint16(source, offset)
    target.NumberOfPorts = getUint16(source, offset + 2)
    return target
  },
}

/** mstcpip.h's second name for INET_PORT_RANGE, used inside INET_PORT_RESERVATION_INSTANCE. */
export type INET_PORT_RESERVATION = INET_PORT_RANGE

/** The codec of INET_PORT_RANGE under mstcpip.h's second name. */
export const INET_PORT_RESERVATION: StructCodec<INET_PORT_RANGE, 'StartPort' | 'NumberOfPorts'> = INET_PORT_RANGE
