import { invalidArgType, outOfRange } from './argument-errors.js'
import { getNetworkUint16, getUint16, getUint32 } from './byte-order.js'
import { formatIPv4Address } from './ipv4-address.js'
import { formatIPv6Address } from './ipv6-address.js'
import { writeSockaddrIn } from './sockaddr-in.js'
import { writeSockaddrIn6 } from './sockaddr-in6.js'
import { AF_INET, AF_INET6 } from './socket-constants.js'
import { checkStructBytes, checkStructObject } from './struct-bytes.js'
import { checkUnsigned, UINT16_MAX, UINT32_MAX } from './unsigned-integer.js'

/** The number of bytes that holds either socket address: the size of SOCKADDR_IN6, the larger struct. */
export const SOCKADDR_MAX_SIZE = 28

/**
 * Writes an IPv4 address as SOCKADDR_IN, or an IPv6 address as SOCKADDR_IN6, at the start of `target`. Allocates nothing. An
 * error leaves `target` unchanged.
 *
 * @param address The address as text, and the port, 0 to 65535. An IPv6 address may have a numeric zone (`fe80::1%3`).
 * @returns The number of bytes written: 16 or 28.
 * @throws TypeError `ERR_INVALID_ARG_TYPE` if an argument has the wrong type.
 * @throws RangeError `ERR_OUT_OF_RANGE` if the port is out of range, the text is not an address, or `target` is too short.
 */
export function encodeSockaddr(address: { address: string; port: number }, target: Uint8Array): number {
  checkStructObject('SOCKADDR', 'value', address)
  const { address: text, port } = address
  if (typeof text !== 'string') throw invalidArgType('SOCKADDR.address', 'of type string', text)
  checkUnsigned('SOCKADDR.port', port, UINT16_MAX)
  if (text.includes(':')) {
    checkStructBytes('SOCKADDR_IN6', 'target', target, 28, 0)
    const percent = text.indexOf('%')
    const scopeId = percent < 0 ? 0 : parseZone(text, percent + 1)
    const end = percent < 0 ? text.length : percent
    if (scopeId >= 0 && writeSockaddrIn6(port, 0, text, end, scopeId, target, 0)) return 28
  } else {
    checkStructBytes('SOCKADDR_IN', 'target', target, 16, 0)
    if (writeSockaddrIn(port, text, target, 0)) return 16
  }
  throw outOfRange('SOCKADDR.address', 'an IPv4 address, or an IPv6 address with no zone or a numeric one', text)
}

function parseZone(text: string, start: number): number {
  let zone = 0
  for (let at = start; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30
    zone = zone * 10 + digit
    if (digit < 0 || digit > 9 || zone > UINT32_MAX) return -1
  }
  return start === text.length ? -1 : zone
}

/**
 * Reads the SOCKADDR_IN or SOCKADDR_IN6 at the start of `source` as Node's `net.AddressInfo`. A scope id other than 0
 * becomes a numeric zone, `fe80::1%3`. Flow information is dropped.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE` if `source` is not a Uint8Array.
 * @throws RangeError `ERR_OUT_OF_RANGE` if the family is neither, or `source` is shorter than the family's struct.
 */
export function decodeSockaddr(source: Uint8Array): { address: string; family: 'IPv4' | 'IPv6'; port: number } {
  checkStructBytes('SOCKADDR', 'source', source, 2, 0)
  const family = getUint16(source, 0)
  if (family === AF_INET) {
    checkStructBytes('SOCKADDR_IN', 'source', source, 16, 0)
    return { address: formatIPv4Address(source, 4), family: 'IPv4', port: getNetworkUint16(source, 2) }
  }
  if (family === AF_INET6) {
    checkStructBytes('SOCKADDR_IN6', 'source', source, 28, 0)
    const address = formatIPv6Address(source, 8)
    const scopeId = getUint32(source, 24)
    return {
      address: scopeId === 0 ? address : `${address}%${scopeId}`,
      family: 'IPv6',
      port: getNetworkUint16(source, 2),
    }
  }
  throw outOfRange('SOCKADDR.sa_family', `${AF_INET} (AF_INET) or ${AF_INET6} (AF_INET6)`, family)
}
