import { byteAt } from './byte-order.js'

const DOT = 0x2e
const DIGIT_0 = 0x30

/**
 * Parses a strict dotted quad: four decimal numbers, 0 to 255, without leading zeros.
 *
 * @param start The index in `text` where the address starts; it stops before `end`.
 * @returns The address as an unsigned 32-bit number with its first part in the highest byte, or -1 if it is not valid.
 */
export function parseIPv4Address(text: string, start = 0, end: number = text.length): number {
  let address = 0
  let at = start
  for (let part = 0; part < 4; part++) {
    if (part > 0) {
      if (at >= end || text.charCodeAt(at) !== DOT) return -1
      at++
    }
    const partStart = at
    let value = 0
    while (at < end) {
      const digit = text.charCodeAt(at) - DIGIT_0
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
      if (value > 255 || (at > partStart && text.charCodeAt(partStart) === DIGIT_0)) return -1
      at++
    }
    if (at === partStart) return -1
    address = address * 256 + value
  }
  return at === end ? address : -1
}

/** Formats the four bytes at `offset` as a dotted quad. The caller has checked the bounds. */
export function formatIPv4Address(bytes: Uint8Array, offset: number): string {
  return `${byteAt(bytes, offset)}.${byteAt(bytes, offset + 1)}.${byteAt(bytes, offset + 2)}.${byteAt(bytes, offset + 3)}`
}
