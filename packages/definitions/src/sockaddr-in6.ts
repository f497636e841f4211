import { invalidArgType, outOfRange } from './argument-errors.js'
import { getNetworkUint16, getUint16, getUint32, putNetworkUint16, putUint16, putUint32 } from './byte-order.js'
import { formatIPv6Address, writeIPv6Address } from './ipv6-address.js'
import { AF_INET6 } from './socket-constants.js'
import { checkStructBytes, checkStructObject } from './struct-bytes.js'
import type { StructCodec } from './struct-codec.js'
import { checkUnsigned, UINT16_MAX, UINT32_MAX } from './unsigned-integer.js'

/**
 * An IPv6 address and port. The family is not part of the value: it is always AF_INET6.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/api/ws2ipdef/ns-ws2ipdef-sockaddr_in6_lh
 */
export interface SOCKADDR_IN6 {
  /** The port, 0 to 65535. Host order in the value, network order in the bytes. */
  sin6_port: number
  /** Flow information, 0 to 4294967295: a ULONG, copied unchanged. 0 means none. */
  sin6_flowinfo: number
  /** The address as text without a zone, such as `::1`. Every form of RFC 4291 is read; the form of RFC 5952 is written. */
  sin6_addr: string
  /** The interface index of a link-local address, 0 to 4294967295. 0 means none. */
  sin6_scope_id: number
}

/** The 28 bytes of a SOCKADDR_IN6: family, port, flow information, address, scope id. */
export const SOCKADDR_IN6: StructCodec<
  SOCKADDR_IN6,
  'sin6_family' | 'sin6_port' | 'sin6_flowinfo' | 'sin6_addr' | 'sin6_scope_id'
> = {
  name: 'SOCKADDR_IN6',
  size: 28,
  offsetOf: { sin6_family: 0, sin6_port: 2, sin6_flowinfo: 4, sin6_addr: 8, sin6_scope_id: 24 },
  encode(value, target, offset = 0) {
    checkStructObject('SOCKADDR_IN6', 'value', value)
    const { sin6_port, sin6_flowinfo, sin6_addr, sin6_scope_id } = value
    checkUnsigned('SOCKADDR_IN6.sin6_port', sin6_port, UINT16_MAX)
    checkUnsigned('SOCKADDR_IN6.sin6_flowinfo', sin6_flowinfo, UINT32_MAX)
    if (typeof sin6_addr !== 'string') throw invalidArgType('SOCKADDR_IN6.sin6_addr', 'of type string', sin6_addr)
    checkUnsigned('SOCKADDR_IN6.sin6_scope_id', sin6_scope_id, UINT32_MAX)
    checkStructBytes('SOCKADDR_IN6', 'target', target, 28, offset)
    if (!writeSockaddrIn6(sin6_port, sin6_flowinfo, sin6_addr, sin6_addr.length, sin6_scope_id, target, offset)) {
      throw outOfRange('SOCKADDR_IN6.sin6_addr', "an IPv6 address such as '::1', without a zone", sin6_addr)
    }
  },
  decode(source, target = { sin6_port: 0, sin6_flowinfo: 0, sin6_addr: '', sin6_scope_id: 0 }, offset = 0) {
    checkStructObject('SOCKADDR_IN6', 'target', target)
    checkStructBytes('SOCKADDR_IN6', 'source', source, 28, offset)
    const family = getUint16(source, offset)
    if (family !== AF_INET6) throw outOfRange('SOCKADDR_IN6.sin6_family', `${AF_INET6} (AF_INET6)`, family)
    target.sin6_port = getNetworkUint16(source, offset + 2)
    target.sin6_flowinfo = getUint32(source, offset + 4)
    target.sin6_addr = formatIPv6Address(source, offset + 8)
    target.sin6_scope_id = getUint32(source, offset + 24)
    return target
  },
}

/**
 * Writes the struct from checked parts. Returns false and writes nothing if the first `addressEnd` characters of `address`
 * are not an IPv6 address.
 */
export function writeSockaddrIn6(
  port: number,
  flowinfo: number,
  address: string,
  addressEnd: number,
  scopeId: number,
  target: Uint8Array,
  offset: number,
): boolean {
  if (!writeIPv6Address(address, addressEnd, target, offset + 8)) return false
  putUint16(target, offset, AF_INET6)
  putNetworkUint16(target, offset + 2, port)
  putUint32(target, offset + 4, flowinfo)
  putUint32(target, offset + 24, scopeId)
  return true
}
