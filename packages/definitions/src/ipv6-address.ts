import { getNetworkUint16, putNetworkUint16 } from './byte-order.js'
import { formatIPv4Address, parseIPv4Address } from './ipv4-address.js'

const DOT = 0x2e
const COLON = 0x3a

const groups = new Uint16Array(8)

/**
 * Parses an IPv6 address in any form of RFC 4291 section 2.2 and writes its 16 bytes at `offset`. Zones and brackets are
 * not accepted. The caller has checked the bounds.
 *
 * @param end The index in `text` before which the address stops.
 * @returns Whether the text is an address. If not, nothing is written.
 */
export function writeIPv6Address(text: string, end: number, target: Uint8Array, offset: number): boolean {
  if (!parseGroups(text, end)) return false
  for (let i = 0; i < 8; i++) putNetworkUint16(target, offset + 2 * i, groups[i] as number)
  return true
}

function parseGroups(text: string, end: number): boolean {
  let at = 0
  let count = 0
  let gap = -1
  if (text.charCodeAt(0) === COLON) {
    if (end < 2 || text.charCodeAt(1) !== COLON) return false
    gap = 0
    at = 2
  }
  while (at < end) {
    if (count === 8) return false
    const groupStart = at
    let value = 0
    while (at < end && at - groupStart < 5) {
      const digit = hexDigit(text.charCodeAt(at))
      if (digit < 0) break
      value = value * 16 + digit
      at++
    }
    if (at < end && text.charCodeAt(at) === DOT) {
      const quad = parseIPv4Address(text, groupStart, end)
      if (quad < 0 || count > 6) return false
      groups[count++] = quad >>> 16
      groups[count++] = quad
      break
    }
    if (at === groupStart || at - groupStart > 4) return false
    groups[count++] = value
    if (at === end) break
    if (text.charCodeAt(at) !== COLON || ++at === end) return false
    if (text.charCodeAt(at) === COLON) {
      if (gap >= 0) return false
      gap = count
      at++
    }
  }
  if (gap < 0) return count === 8
  if (count === 8) return false
  groups.copyWithin(8 - count + gap, gap, count)
  groups.fill(0, gap, 8 - count + gap)
  return true
}

function hexDigit(character: number): number {
  if (character >= 0x30 && character <= 0x39) return character - 0x30
  const lowerCase = character | 0x20
  return lowerCase >= 0x61 && lowerCase <= 0x66 ? lowerCase - 0x61 + 10 : -1
}

/**
 * Formats the 16 bytes at `offset` in the form of RFC 5952: lower case, no leading zeros, `::` for the first longest run of
 * two or more zero groups, and IPv4-mapped addresses as `::ffff:192.0.2.1`. The caller has checked the bounds.
 */
export function formatIPv6Address(bytes: Uint8Array, offset: number): string {
  let gap = -1
  let gapLength = 1
  for (let i = 0; i < 8; i++) {
    let run = 0
    while (i + run < 8 && getNetworkUint16(bytes, offset + 2 * (i + run)) === 0) run++
    if (run > gapLength) {
      gap = i
      gapLength = run
    }
    i += run
  }
  if (gap === 0 && gapLength === 5 && getNetworkUint16(bytes, offset + 10) === 0xffff) {
    return `::ffff:${formatIPv4Address(bytes, offset + 12)}`
  }
  let text = ''
  for (let i = 0; i < 8; i++) {
    if (i === gap) {
      text += '::'
      i += gapLength - 1
      continue
    }
    if (text !== '' && !text.endsWith('::')) text += ':'
    text += getNetworkUint16(bytes, offset + 2 * i).toString(16)
  }
  return text
}
