import {
  MIB_TCP_STATE_LISTEN,
  MIB_TCP6ROW_OWNER_MODULE,
  MIB_TCP6ROW_OWNER_PID,
  MIB_TCP6ROW2,
  MIB_TCPROW_OWNER_MODULE,
  MIB_TCPROW_OWNER_PID,
  MIB_TCPROW2,
  MIB_UDP6ROW_OWNER_MODULE,
  MIB_UDP6ROW_OWNER_PID,
  MIB_UDPROW_OWNER_MODULE,
  MIB_UDPROW_OWNER_PID,
  type SocketTableRowCodec,
  tcpStateName,
} from '@winport/definitions'
import type { SocketTableEntry } from '../socket-table.js'
import type { AddressFamily, SocketAddress } from '../winsock-socket.js'
import { dateOfFileTime } from './file-time.js'

/** How the rows of a table become entries. */
export interface SocketRowFormat {
  readonly size: number
  readonly tableOffset: number
  readonly portOffset: number
  readEntry(table: Uint8Array, offset: number): SocketTableEntry
}

type RowFormats = Readonly<Record<AddressFamily, SocketRowFormat>>

function format<Row>(
  codec: SocketTableRowCodec<Row, 'dwLocalPort'>,
  entryOf: (row: Row) => SocketTableEntry,
): SocketRowFormat {
  return {
    size: codec.size,
    tableOffset: codec.tableOffset,
    portOffset: codec.offsetOf.dwLocalPort,
    readEntry: (table, offset) => entryOf(codec.decode(table, undefined, offset)),
  }
}

/** The part of a row that all rows have. */
function entry(
  family: AddressFamily,
  address: string,
  row: { readonly dwLocalPort: number; readonly dwOwningPid: number; readonly liCreateTimestamp?: bigint },
  state: string,
  remote: SocketAddress | null,
): SocketTableEntry {
  const { dwLocalPort: port, dwOwningPid: pid, liCreateTimestamp = 0n } = row
  return { family, address, port, remote, state, pid: pid === 0 ? null : pid, since: dateOfFileTime(liCreateTimestamp) }
}

function tcp4(row: MIB_TCPROW_OWNER_PID & { readonly liCreateTimestamp?: bigint }): SocketTableEntry {
  const remote = remoteOf(row.dwState, row.dwRemoteAddr, row.dwRemotePort)
  return entry('ipv4', row.dwLocalAddr, row, tcpStateName(row.dwState), remote)
}

function tcp6(row: MIB_TCP6ROW_OWNER_PID & { readonly liCreateTimestamp?: bigint }): SocketTableEntry {
  const remote = remoteOf(row.dwState, withZone(row.ucRemoteAddr, row.dwRemoteScopeId), row.dwRemotePort)
  return entry('ipv6', withZone(row.ucLocalAddr, row.dwLocalScopeId), row, tcpStateName(row.dwState), remote)
}

function udp4(row: MIB_UDPROW_OWNER_PID & { readonly liCreateTimestamp?: bigint }): SocketTableEntry {
  return entry('ipv4', row.dwLocalAddr, row, 'BOUND', null)
}

function udp6(row: MIB_UDP6ROW_OWNER_PID & { readonly liCreateTimestamp?: bigint }): SocketTableEntry {
  return entry('ipv6', withZone(row.ucLocalAddr, row.dwLocalScopeId), row, 'BOUND', null)
}

export const TCP_MODULE_ROWS: RowFormats = {
  ipv4: format(MIB_TCPROW_OWNER_MODULE, tcp4),
  ipv6: format(MIB_TCP6ROW_OWNER_MODULE, tcp6),
}
export const TCP_PID_ROWS: RowFormats = {
  ipv4: format(MIB_TCPROW_OWNER_PID, tcp4),
  ipv6: format(MIB_TCP6ROW_OWNER_PID, tcp6),
}
export const UDP_MODULE_ROWS: RowFormats = {
  ipv4: format(MIB_UDPROW_OWNER_MODULE, udp4),
  ipv6: format(MIB_UDP6ROW_OWNER_MODULE, udp6),
}
export const UDP_PID_ROWS: RowFormats = {
  ipv4: format(MIB_UDPROW_OWNER_PID, udp4),
  ipv6: format(MIB_UDP6ROW_OWNER_PID, udp6),
}
/** The state in these rows has no meaning. */
export const TCP_BOUND_ROWS: RowFormats = {
  ipv4: format(MIB_TCPROW2, (row) => entry('ipv4', row.dwLocalAddr, row, 'BOUND', null)),
  ipv6: format(MIB_TCP6ROW2, (row) => {
    return entry('ipv6', withZone(row.LocalAddr, row.dwLocalScopeId), row, 'BOUND', null)
  }),
}

/** Reads the rows with this port, or all; as many as fit into the table. */
export function readRows(
  { size, tableOffset, portOffset, readEntry }: SocketRowFormat,
  table: Uint8Array,
  port: number | undefined,
): readonly SocketTableEntry[] {
  const fields = new DataView(table.buffer, table.byteOffset, table.byteLength)
  if (table.length < tableOffset) return []
  const fitting = Math.floor((table.length - tableOffset) / size)
  const count = Math.min(fields.getUint32(0, true), fitting)
  const entries: SocketTableEntry[] = []
  for (let i = 0; i < count; i++) {
    const offset = tableOffset + i * size
    if (port !== undefined && fields.getUint16(offset + portOffset) !== port) continue // most of many thousand rows
    entries.push(readEntry(table, offset))
  }
  return entries
}

/** The remote end is undefined while the socket listens. */
function remoteOf(state: number, address: string, port: number): SocketAddress | null {
  return state === MIB_TCP_STATE_LISTEN || port === 0 ? null : { address, port }
}

const LINK_LOCAL = /^fe[89ab]/

/** Wine gives other addresses a meaningless zone. */
function withZone(address: string, scopeId: number): string {
  return scopeId !== 0 && LINK_LOCAL.test(address) ? `${address}%${scopeId}` : address
}
