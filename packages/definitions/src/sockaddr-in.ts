import { invalidArgType, outOfRange } from './argument-errors.js'
import { getNetworkUint16, getUint16, putNetworkUint16, putUint16, putUint32 } from './byte-order.js'
import { formatIPv4Address, parseIPv4Address } from './ipv4-address.js'
import { AF_INET } from './socket-constants.js'
import { checkStructBytes, checkStructObject } from './struct-bytes.js'
import type { StructCodec } from './struct-codec.js'
import { checkUnsigned, UINT16_MAX } from './unsigned-integer.js'

/**
 * An IPv4 address and port. The family is not part of the value: it is always AF_INET.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/api/ws2def/ns-ws2def-sockaddr_in
 */
export interface SOCKADDR_IN {
  /** The port, 0 to 65535. Host order in the value, network order in the bytes. */
  sin_port: number
  /** The address as a dotted quad, such as `127.0.0.1`. Leading zeros and short forms are not accepted. */
  sin_addr: string
}

/** The 16 bytes of a SOCKADDR_IN: family, port, address, and 8 bytes of zeros. */
export const SOCKADDR_IN: StructCodec<SOCKADDR_IN, 'sin_family' | 'sin_port' | 'sin_addr' | 'sin_zero'> = {
  name: 'SOCKADDR_IN',
  size: 16,
  offsetOf: { sin_family: 0, sin_port: 2, sin_addr: 4, sin_zero: 8 },
  encode(value, target, offset = 0) {
    checkStructObject('SOCKADDR_IN', 'value', value)
    const { sin_port, sin_addr } = value
    checkUnsigned('SOCKADDR_IN.sin_port', sin_port, UINT16_MAX)
    if (typeof sin_addr !== 'string') throw invalidArgType('SOCKADDR_IN.sin_addr', 'of type string', sin_addr)
    checkStructBytes('SOCKADDR_IN', 'target', target, 16, offset)
    if (!writeSockaddrIn(sin_port, sin_addr, target, offset)) {
      throw outOfRange('SOCKADDR_IN.sin_addr', "an IPv4 address such as '127.0.0.1'", sin_addr)
    }
  },
  decode(source, target = { sin_port: 0, sin_addr: '' }, offset = 0) {
    checkStructObject('SOCKADDR_IN', 'target', target)
    checkStructBytes('SOCKADDR_IN', 'source', source, 16, offset)
    const family = getUint16(source, offset)
    if (family !== AF_INET) throw outOfRange('SOCKADDR_IN.sin_family', `${AF_INET} (AF_INET)`, family)
    target.sin_port = getNetworkUint16(source, offset + 2)
    target.sin_addr = formatIPv4Address(source, offset + 4)
    return target
  },
}

/** Writes the struct from checked parts. Returns false and writes nothing if `address` is not an IPv4 address. */
export function writeSockaddrIn(port: number, address: string, target: Uint8Array, offset: number): boolean {
  const quad = parseIPv4Address(address)
  if (quad < 0) return false
  putUint16(target, offset, AF_INET)
  putNetworkUint16(target, offset + 2, port)
  putNetworkUint16(target, offset + 4, quad >>> 16)
  putNetworkUint16(target, offset + 6, quad & 0xffff)
  putUint32(target, offset + 8, 0)
  putUint32(target, offset + 12, 0)
  return true
}
