// These functions check no bounds; the caller does (struct-bytes.ts).

/** Writes a USHORT in network order, most significant byte first. */
export function putNetworkUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8
  bytes[at + 1] = value
}

/** Reads a USHORT in network order. */
export function getNetworkUint16(bytes: Uint8Array, at: number): number {
  return (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1)
}

/** Writes a USHORT in little-endian order. */
export function putUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value
  bytes[at + 1] = value >>> 8
}

/** Reads a USHORT in little-endian order. */
export function getUint16(bytes: Uint8Array, at: number): number {
  return byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8)
}

/** Writes a ULONG in little-endian order. */
export function putUint32(bytes: Uint8Array, at: number, value: number): void {
  putUint16(bytes, at, value)
  putUint16(bytes, at + 2, value >>> 16)
}

/** Reads a ULONG in little-endian order. */
export function getUint32(bytes: Uint8Array, at: number): number {
  return (getUint16(bytes, at) | (getUint16(bytes, at + 2) << 16)) >>> 0
}

const scratch = new Uint8Array(8)
const scratchView = new DataView(scratch.buffer)

/** Writes a ULONG64 in little-endian order, on hosts of either order. */
export function putUint64(bytes: Uint8Array, at: number, value: bigint): void {
  scratchView.setBigUint64(0, value, true)
  for (let i = 0; i < 8; i++) bytes[at + i] = byteAt(scratch, i)
}

/** Reads a ULONG64 in little-endian order, on hosts of either order. */
export function getUint64(bytes: Uint8Array, at: number): bigint {
  for (let i = 0; i < 8; i++) scratch[i] = byteAt(bytes, at + i)
  return scratchView.getBigUint64(0, true)
}

/** Reads one byte. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] as number
}
