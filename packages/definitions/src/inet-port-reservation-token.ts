import { getUint64, putUint64 } from './byte-order.js'
import { checkStructBytes, checkStructObject } from './struct-bytes.js'
import type { StructCodec } from './struct-codec.js'
import { checkUnsigned64 } from './unsigned-integer.js'

/**
 * The kernel's opaque name of a reservation: the input of `SIO_ASSOCIATE_PORT_RESERVATION` and
 * `SIO_RELEASE_PORT_RESERVATION`.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/api/mstcpip/ns-mstcpip-inet_port_reservation_token
 */
export interface INET_PORT_RESERVATION_TOKEN {
  /** 0n to 2n ** 64n - 1n. 0n is `INVALID_PORT_RESERVATION_TOKEN` and names no reservation. */
  Token: bigint
}

/** The 8 bytes of an INET_PORT_RESERVATION_TOKEN: ULONG64 Token. */
export const INET_PORT_RESERVATION_TOKEN: StructCodec<INET_PORT_RESERVATION_TOKEN, 'Token'> = {
  name: 'INET_PORT_RESERVATION_TOKEN',
  size: 8,
  offsetOf: { Token: 0 },
  encode(value, target, offset = 0) {
    checkStructObject('INET_PORT_RESERVATION_TOKEN', 'value', value)
    const { Token } = value
    checkUnsigned64('INET_PORT_RESERVATION_TOKEN.Token', Token)
    checkStructBytes('INET_PORT_RESERVATION_TOKEN', 'target', target, 8, offset)
    putUint64(target, offset, Token)
  },
  decode(source, target = { Token: 0n }, offset = 0) {
    checkStructObject('INET_PORT_RESERVATION_TOKEN', 'target', target)
    checkStructBytes('INET_PORT_RESERVATION_TOKEN', 'source', source, 8, offset)
    target.Token = getUint64(source, offset)
    return target
  },
}
