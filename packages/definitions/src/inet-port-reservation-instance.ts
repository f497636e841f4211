import {
  getNetworkUint16,
  getUint16,
  getUint64,
  putNetworkUint16,
  putUint16,
  putUint32,
  putUint64,
} from './byte-order.js'
import { checkStructBytes, checkStructObject } from './struct-bytes.js'
import type { StructCodec } from './struct-codec.js'
import { checkUnsigned, checkUnsigned64, UINT16_MAX } from './unsigned-integer.js'

/**
 * The range and the token of a new reservation: the output of `SIO_ACQUIRE_PORT_RESERVATION`. The value is flat; in C the
 * range is in `Reservation` and the token in `Token.Token`.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/api/mstcpip/ns-mstcpip-inet_port_reservation_instance
 */
export interface INET_PORT_RESERVATION_INSTANCE {
  /** The first port of the block, 0 to 65535. Host order in the value, network order in the bytes. */
  StartPort: number
  /** The number of ports in the block, 0 to 65535. */
  NumberOfPorts: number
  /** The reservation's token, 0n to 2n ** 64n - 1n. */
  Token: bigint
}

/** The 16 bytes of an INET_PORT_RESERVATION_INSTANCE: Reservation, 4 bytes of padding, Token. */
export const INET_PORT_RESERVATION_INSTANCE: StructCodec<INET_PORT_RESERVATION_INSTANCE, 'Reservation' | 'Token'> = {
  name: 'INET_PORT_RESERVATION_INSTANCE',
  size: 16,
  offsetOf: { Reservation: 0, Token: 8 },
  encode(value, target, offset = 0) {
    checkStructObject('INET_PORT_RESERVATION_INSTANCE', 'value', value)
    const { StartPort, NumberOfPorts, Token } = value
    checkUnsigned('INET_PORT_RESERVATION_INSTANCE.StartPort', StartPort, UINT16_MAX)
    checkUnsigned('INET_PORT_RESERVATION_INSTANCE.NumberOfPorts', NumberOfPorts, UINT16_MAX)
    checkUnsigned64('INET_PORT_RESERVATION_INSTANCE.Token', Token)
    checkStructBytes('INET_PORT_RESERVATION_INSTANCE', 'target', target, 16, offset)
    putNetworkUint16(target, offset, StartPort)
    putUint16(target, offset + 2, NumberOfPorts)
    putUint32(target, offset + 4, 0)
    putUint64(target, offset + 8, Token)
  },
  decode(source, target = { StartPort: 0, NumberOfPorts: 0, Token: 0n }, offset = 0) {
    checkStructObject('INET_PORT_RESERVATION_INSTANCE', 'target', target)
    checkStructBytes('INET_PORT_RESERVATION_INSTANCE', 'source', source, 16, offset)
    target.StartPort = getNetworkUint16(source, offset)
    target.NumberOfPorts = getUint16(source, offset + 2)
    target.Token = getUint64(source, offset + 8)
    return target
  },
}
