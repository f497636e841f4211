import {
  AF_INET,
  AF_INET6,
  ERROR_INSUFFICIENT_BUFFER,
  ERROR_PROC_NOT_FOUND,
  TCP_TABLE_OWNER_MODULE_ALL,
  TCP_TABLE_OWNER_PID_ALL,
  UDP_TABLE_OWNER_MODULE,
  UDP_TABLE_OWNER_PID,
} from '@winport/definitions'
import { type CallResult, errnoOf, failedWith } from '../backend/call-result.js'
import { IpHelperError } from '../ip-helper-error.js'
import type { Protocol } from '../port-range.js'
import type { SocketProcess, SocketTable, SocketTableEntry } from '../socket-table.js'
import type { AddressFamily } from '../winsock-socket.js'
import { dateOfFileTime } from './file-time.js'
import type { SocketTableCalls } from './socket-table-calls.js'
import {
  readRows,
  type SocketRowFormat,
  TCP_BOUND_ROWS,
  TCP_MODULE_ROWS,
  TCP_PID_ROWS,
  UDP_MODULE_ROWS,
  UDP_PID_ROWS,
} from './socket-table-rows.js'

interface ExtendedTable {
  readonly tableClass: number
  readonly rows: Readonly<Record<AddressFamily, SocketRowFormat>>
}

/** The tables of each protocol. Those with modules have the times too; a system that refuses them may have the others. */
const TABLES: Readonly<Record<Protocol, readonly ExtendedTable[]>> = {
  tcp: [
    { tableClass: TCP_TABLE_OWNER_MODULE_ALL, rows: TCP_MODULE_ROWS },
    { tableClass: TCP_TABLE_OWNER_PID_ALL, rows: TCP_PID_ROWS },
  ],
  udp: [
    { tableClass: UDP_TABLE_OWNER_MODULE, rows: UDP_MODULE_ROWS },
    { tableClass: UDP_TABLE_OWNER_PID, rows: UDP_PID_ROWS },
  ],
}

const FAMILIES: readonly (readonly [AddressFamily, number])[] = [
  ['ipv4', AF_INET],
  ['ipv6', AF_INET6],
]
const FUNCTIONS: Readonly<Record<Protocol, string>> = { tcp: 'GetExtendedTcpTable', udp: 'GetExtendedUdpTable' }
const FIRST_SIZE = 0x1_0000
/** The table can grow between two calls. */
const MOST_CALLS = 8
const TIME_SIZE = 8
const PID_SIZE = 4
/** The longest path that Windows knows, and the time before it. */
const IMAGE_SIZE = TIME_SIZE + 2 * 32_768

/** The socket table over the calls of any native backend. */
export class NativeSocketTable implements SocketTable {
  readonly #calls: SocketTableCalls

  constructor(calls: SocketTableCalls) {
    this.#calls = calls
  }

  async read(protocol: Protocol, port?: number): Promise<readonly SocketTableEntry[]> {
    const failures: number[] = []
    const found: SocketTableEntry[] = []
    for (const [family, number] of FAMILIES) {
      const entries = this.#readExtended(protocol, family, number, port)
      if (typeof entries === 'number') failures.push(entries)
      else found.push(...entries, ...(protocol === 'tcp' ? this.#readBound(family, number, port, entries) : []))
    }
    // A machine may lack one of the families.
    const [failure] = failures
    if (failure !== undefined && failures.length === FAMILIES.length)
      throw new IpHelperError(failure, FUNCTIONS[protocol])
    return found
  }

  async readProcess(pid: number): Promise<SocketProcess> {
    const bytes = new Uint8Array(IMAGE_SIZE)
    const length = this.#calls.processImage(pid, bytes)
    if (length < TIME_SIZE || length > bytes.length) return { image: null, started: null }
    const image = textOf(bytes.subarray(TIME_SIZE, length))
    const started = dateOfFileTime(new DataView(bytes.buffer).getBigUint64(0, true))
    return { image: image === '' ? null : image, started }
  }

  async readUser(pid: number): Promise<string> {
    const user = readWhole((bytes) => this.#calls.processUser(pid, bytes))
    if (typeof user === 'number') throw new IpHelperError(errnoOf(user), 'OpenProcessToken')
    return textOf(user)
  }

  async readServices(): Promise<ReadonlyMap<number, readonly string[]>> {
    const list = readWhole((bytes) => this.#calls.services(bytes))
    if (typeof list === 'number') throw new IpHelperError(errnoOf(list), 'EnumServicesStatusExW')
    return servicesIn(list)
  }

  /** The error number if no class of the table can be read. */
  #readExtended(
    protocol: Protocol,
    family: AddressFamily,
    number: number,
    port: number | undefined,
  ): readonly SocketTableEntry[] | number {
    let errno = ERROR_PROC_NOT_FOUND
    for (const { tableClass, rows } of TABLES[protocol]) {
      const table = readWhole((bytes) => this.#calls.extendedTable(protocol, number, tableClass, bytes))
      if (typeof table !== 'number') return readRows(rows[family], table, port)
      errno = errnoOf(table)
    }
    return errno
  }

  /** The sockets that are bound and not in the other table. Empty where the system does not list them. */
  #readBound(
    family: AddressFamily,
    number: number,
    port: number | undefined,
    others: readonly SocketTableEntry[],
  ): readonly SocketTableEntry[] {
    const table = readWhole((bytes) => this.#calls.boundTable(number, bytes))
    if (typeof table === 'number') return []
    const known = new Set(others.map(keyOf))
    return readRows(TCP_BOUND_ROWS[family], table, port).filter((entry) => !known.has(keyOf(entry)))
  }
}

/** A connection has the port that its socket was bound to. */
function keyOf({ port, pid }: SocketTableEntry): string {
  return `${port} ${pid}`
}

/** Process IDs and names: see {@link SocketTableCalls.services}. */
function servicesIn(list: Uint8Array): ReadonlyMap<number, readonly string[]> {
  const fields = new DataView(list.buffer, list.byteOffset, list.byteLength)
  const services = new Map<number, string[]>()
  for (let at = 0; at + PID_SIZE < list.length; ) {
    const pid = fields.getUint32(at, true)
    const name = at + PID_SIZE
    let end = name
    while (end + 1 < list.length && fields.getUint16(end, true) !== 0) end += 2
    const known = services.get(pid)
    if (known === undefined) services.set(pid, [textOf(list.subarray(name, end))])
    else known.push(textOf(list.subarray(name, end)))
    at = end + 2
  }
  return services
}

function textOf(utf16: Uint8Array): string {
  return new TextDecoder('utf-16le').decode(utf16)
}

/** Calls with a larger buffer until the result fits. Returns the result, or the negative result of the call. */
function readWhole(call: (bytes: Uint8Array) => CallResult): Uint8Array | CallResult {
  let bytes = new Uint8Array(FIRST_SIZE)
  for (let calls = 0; calls < MOST_CALLS; calls++) {
    const size = call(bytes)
    if (size < 0) return size
    if (size <= bytes.length) return bytes.subarray(0, size)
    bytes = new Uint8Array(size + FIRST_SIZE)
  }
  return failedWith(ERROR_INSUFFICIENT_BUFFER)
}
