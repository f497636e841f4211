import {
  AF_INET6,
  ERROR_INSUFFICIENT_BUFFER,
  ERROR_PROC_NOT_FOUND,
  MIB_TCP6ROW2,
  MIB_TCPROW2,
  PROCESS_QUERY_LIMITED_INFORMATION,
} from '@winport/definitions'
import type { Protocol } from '@winport/transport'
import { type CallResult, failedWith } from '@winport/transport/backend'
import type { SocketTableCalls } from '@winport/transport/native'
import koffi from 'koffi'
import { KoffiAccountCalls } from './koffi-account-calls.js'
import { NULL } from './native-memory.js'
import { processEntryLayout, type SocketTableFunctions } from './socket-table-functions.js'

const TH32CS_SNAPPROCESS = 2
const INVALID_HANDLE_VALUE = -1
const PID_OFFSET = 8
const TIME_SIZE = 8

// These calls are synchronous and run on one thread, so they can share the variables that they pass by reference.
const size = new Uint32Array(1)
const pointer = new BigUint64Array(1) // a 32-bit pointer is in its low half

/** The socket tables of IP Helper, called through koffi. */
export class KoffiSocketTableCalls implements SocketTableCalls {
  readonly #functions: SocketTableFunctions
  readonly #accounts: KoffiAccountCalls

  constructor(functions: SocketTableFunctions) {
    this.#functions = functions
    this.#accounts = new KoffiAccountCalls(functions)
  }

  extendedTable(protocol: Protocol, family: number, tableClass: number, table: Uint8Array): CallResult {
    const call = this.#functions.find(protocol === 'tcp' ? 'GetExtendedTcpTable' : 'GetExtendedUdpTable')
    if (call === undefined) return failedWith(ERROR_PROC_NOT_FOUND)
    size[0] = table.length
    const errno: number = call(table, size, 0, family, tableClass, 0)
    const needed = size[0] ?? 0
    if (errno === ERROR_INSUFFICIENT_BUFFER && needed > table.length) return needed
    return errno === 0 ? Math.min(needed, table.length) : failedWith(errno)
  }

  boundTable(family: number, table: Uint8Array): CallResult {
    const isIPv6 = family === AF_INET6
    const name = isIPv6 ? 'InternalGetBoundTcp6EndpointTable' : 'InternalGetBoundTcpEndpointTable'
    const call = this.#functions.find(name)
    const heapOfProcess = this.#functions.find('GetProcessHeap')
    const free = this.#functions.find('HeapFree')
    if (call === undefined || heapOfProcess === undefined || free === undefined) return failedWith(ERROR_PROC_NOT_FOUND)
    pointer[0] = NULL
    const heap: bigint = heapOfProcess()
    const errno: number = call(pointer, heap, 0)
    const address = pointer[0]
    if (errno !== 0) return failedWith(errno)
    if (address === NULL) return 0
    const row = isIPv6 ? MIB_TCP6ROW2 : MIB_TCPROW2
    const count: number = koffi.decode(address, 'uint32_t')
    const length = row.tableOffset + count * row.size
    table.set(new Uint8Array(koffi.view(address, Math.min(length, table.length))))
    free(heap, 0, address)
    return length
  }

  processImage(pid: number, image: Uint8Array): CallResult {
    const fields = new DataView(image.buffer, image.byteOffset, image.byteLength)
    fields.setBigUint64(0, 0n)
    const path = this.#readPath(pid, fields) || this.#readName(pid)
    const length = TIME_SIZE + 2 * path.length
    if (length > image.length) return length
    for (let i = 0; i < path.length; i++) fields.setUint16(TIME_SIZE + 2 * i, path.charCodeAt(i), true)
    return length
  }

  processUser(pid: number, user: Uint8Array): CallResult {
    return this.#accounts.processUser(pid, user)
  }

  services(services: Uint8Array): CallResult {
    return this.#accounts.services(services)
  }

  /** Empty if this user may not read it. */
  #readPath(pid: number, times: DataView): string {
    const [open, close] = [this.#functions.find('OpenProcess'), this.#functions.find('CloseHandle')]
    if (open === undefined || close === undefined) return ''
    const handle: number | bigint = open(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid)
    if (handle === 0) return ''
    const path = new Uint16Array(32_768)
    size[0] = path.length
    const read: number = this.#functions.find('QueryFullProcessImageNameW')?.(handle, 0, path, size) ?? 0
    const time = new BigUint64Array(1)
    const other = new BigUint64Array(1)
    const timed: number = this.#functions.find('GetProcessTimes')?.(handle, time, other, other, other) ?? 0
    if (timed !== 0) times.setBigUint64(0, time[0] ?? 0n, true)
    close(handle)
    return read === 0 ? '' : textOf(path.subarray(0, size[0]))
  }

  #readName(pid: number): string {
    const [open, close] = [this.#functions.find('CreateToolhelp32Snapshot'), this.#functions.find('CloseHandle')]
    const [first, next] = [this.#functions.find('Process32FirstW'), this.#functions.find('Process32NextW')]
    if (open === undefined || close === undefined || first === undefined || next === undefined) return ''
    const snapshot: number | bigint = open(TH32CS_SNAPPROCESS, 0)
    if (snapshot === INVALID_HANDLE_VALUE) return ''
    const layout = processEntryLayout()
    const entry = new Uint8Array(layout.size)
    const fields = new DataView(entry.buffer)
    fields.setUint32(0, layout.size, true)
    let name = ''
    for (let found: number = first(snapshot, entry); found !== 0; found = next(snapshot, entry)) {
      if (fields.getUint32(PID_OFFSET, true) !== pid) continue
      const characters = new Uint16Array(entry.buffer.slice(layout.nameOffset, layout.nameOffset + 520))
      const end = characters.indexOf(0)
      name = textOf(characters.subarray(0, end === -1 ? undefined : end))
      break
    }
    close(snapshot)
    return name
  }
}

function textOf(characters: Uint16Array): string {
  return String.fromCharCode(...characters)
}
