import { invalidArgType, outOfRange } from './argument-errors.js'
import { getNetworkUint16, getUint32, getUint64, putNetworkUint16, putUint32, putUint64 } from './byte-order.js'
import { formatIPv4Address, parseIPv4Address } from './ipv4-address.js'
import { formatIPv6Address, writeIPv6Address } from './ipv6-address.js'
import { checkStructBytes, checkStructObject } from './struct-bytes.js'
import type { StructCodec } from './struct-codec.js'
import { checkUnsigned, checkUnsigned64, UINT16_MAX, UINT32_MAX } from './unsigned-integer.js'

/**
 * The layout of a row of one of IP Helper's socket tables: a DWORD dwNumEntries, then the rows. Fields of the struct that are
 * not part of the value are written as zeros and not read.
 *
 * @typeParam T The row's value.
 * @typeParam Field The names of the row's fields in C.
 */
export interface SocketTableRowCodec<T, Field extends string> extends StructCodec<T, Field> {
  /** The name of the table's struct in the Windows headers. */
  readonly table: string
  /** `offsetof` the first row in the table, in bytes. dwNumEntries is at 0. */
  readonly tableOffset: number
}

/**
 * A field of a row. `port`: the low half of a DWORD, in network order; the other half is undefined. `time`: a LARGE_INTEGER
 * in units of 100 ns since 1601.
 */
type FieldKind = 'dword' | 'port' | 'ipv4' | 'ipv6' | 'time'
/** Where a field is, and what it is. The value has a field exactly if it has a kind. */
type FieldLayout = readonly [offset: number, kind?: FieldKind]
type FieldValue = number | string | bigint

interface Part {
  readonly field: string
  readonly fullName: string
  readonly at: number
  readonly kind: FieldKind
}

const ipv6 = new Uint8Array(16)

/** Makes the codec of a row whose fields are in the order of the struct. */
export function socketTableRow<T extends object, Field extends string>(
  name: string,
  size: number,
  table: string,
  tableOffset: number,
  layout: Readonly<Record<Field, FieldLayout>>,
): SocketTableRowCodec<T, Field> {
  const fields = Object.entries<FieldLayout>(layout)
  const offsetOf = Object.fromEntries(fields.map(([field, [at]]) => [field, at])) as Record<Field, number>
  const parts = fields.flatMap(([field, [at, kind]]): readonly Part[] =>
    kind === undefined ? [] : [{ field, fullName: `${name}.${field}`, at, kind }],
  )
  return {
    name,
    size,
    table,
    tableOffset,
    offsetOf,
    encode(value, target, offset = 0) {
      checkStructObject(name, 'value', value)
      for (const part of parts) checkPart(part, fieldOf(value, part))
      checkStructBytes(name, 'target', target, size, offset)
      target.fill(0, offset, offset + size)
      for (const part of parts) putPart(part, fieldOf(value, part) as FieldValue, target, offset)
    },
    decode(source, target = {} as T, offset = 0) {
      checkStructObject(name, 'target', target)
      checkStructBytes(name, 'source', source, size, offset)
      for (const part of parts) Reflect.set(target, part.field, getPart(part, source, offset))
      return target
    },
  }
}

function fieldOf(value: object, { field }: Part): unknown {
  return Reflect.get(value, field)
}

function checkPart({ fullName, kind }: Part, value: unknown): void {
  if (kind === 'time') checkUnsigned64(fullName, value)
  else if (kind === 'dword') checkUnsigned(fullName, value, UINT32_MAX)
  else if (kind === 'port') checkUnsigned(fullName, value, UINT16_MAX)
  else if (typeof value !== 'string') throw invalidArgType(fullName, 'of type string', value)
  else if (kind === 'ipv4' && parseIPv4Address(value) < 0) {
    throw outOfRange(fullName, "an IPv4 address such as '127.0.0.1'", value)
  } else if (kind === 'ipv6' && !writeIPv6Address(value, value.length, ipv6, 0)) {
    throw outOfRange(fullName, "an IPv6 address such as '::1', without a zone", value)
  }
}

function putPart({ at, kind }: Part, value: FieldValue, target: Uint8Array, offset: number): void {
  if (typeof value === 'bigint') putUint64(target, offset + at, value)
  else if (typeof value === 'string') putAddress(kind, value, target, offset + at)
  else if (kind === 'port') putNetworkUint16(target, offset + at, value)
  else putUint32(target, offset + at, value)
}

function putAddress(kind: FieldKind, address: string, target: Uint8Array, at: number): void {
  if (kind === 'ipv6') {
    writeIPv6Address(address, address.length, target, at)
    return
  }
  const quad = parseIPv4Address(address)
  putNetworkUint16(target, at, quad >>> 16)
  putNetworkUint16(target, at + 2, quad & UINT16_MAX)
}

function getPart({ at, kind }: Part, source: Uint8Array, offset: number): FieldValue {
  switch (kind) {
    case 'dword':
      return getUint32(source, offset + at)
    case 'port':
      return getNetworkUint16(source, offset + at)
    case 'time':
      return getUint64(source, offset + at)
    case 'ipv4':
      return formatIPv4Address(source, offset + at)
    case 'ipv6':
      return formatIPv6Address(source, offset + at)
  }
}
