import {
  ENUM_SERVICE_STATUS_PROCESSW,
  ERROR_MORE_DATA,
  ERROR_PROC_NOT_FOUND,
  PROCESS_QUERY_LIMITED_INFORMATION,
  SC_ENUM_PROCESS_INFO,
  SC_MANAGER_ENUMERATE_SERVICE,
  SERVICE_ACTIVE,
  SERVICE_WIN32,
  TOKEN_QUERY,
  TOKEN_USER,
  TOKEN_USER_CLASS,
} from '@winport/definitions'
import { type CallResult, failedWith } from '@winport/transport/backend'
import koffi from 'koffi'
import { NativeMemory, NULL } from './native-memory.js'
import type { SocketTableFunctions } from './socket-table-functions.js'

/** TOKEN_USER, and the security identifier that it points to, which has at most 68 bytes. */
const TOKEN_SIZE = 256
/** Of an account, and of a domain. */
const LONGEST_NAME = 1_024
/** For services; the system allows 256 KB. */
const PAGE_SIZE = 0x1_0000

// These calls are synchronous and run on one thread, so they can share the variables that they pass by reference.
const handle = new BigUint64Array(1)
const needed = new Uint32Array(1)
const count = new Uint32Array(1)
const resume = new Uint32Array(1)
const nameLength = new Uint32Array(1)
const domainLength = new Uint32Array(1)
const use = new Int32Array(1)

type Handle = number | bigint

/** The users and the services of processes, from advapi32 through koffi. */
export class KoffiAccountCalls {
  readonly #functions: SocketTableFunctions

  constructor(functions: SocketTableFunctions) {
    this.#functions = functions
  }

  processUser(pid: number, user: Uint8Array): CallResult {
    const open = this.#functions.find('OpenProcess')
    const close = this.#functions.find('CloseHandle')
    const lastError = this.#functions.find('GetLastError')
    if (open === undefined || close === undefined || lastError === undefined) return failedWith(ERROR_PROC_NOT_FOUND)
    const process: Handle = open(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid)
    if (process === 0) return failedWith(lastError())
    try {
      return this.#userOf(process, user, close, lastError)
    } finally {
      close(process)
    }
  }

  #userOf(process: Handle, user: Uint8Array, close: (handle: Handle) => number, lastError: () => number): CallResult {
    const openToken = this.#functions.find('OpenProcessToken')
    const readToken = this.#functions.find('GetTokenInformation')
    const nameOf = this.#functions.find('LookupAccountSidW')
    if (openToken === undefined || readToken === undefined || nameOf === undefined)
      return failedWith(ERROR_PROC_NOT_FOUND)
    handle[0] = NULL
    if (openToken(process, TOKEN_QUERY, handle) === 0) return failedWith(lastError())
    const token = handle[0]
    try {
      const owner = new Uint8Array(TOKEN_SIZE)
      if (readToken(token, TOKEN_USER_CLASS, owner, owner.length, needed) === 0) return failedWith(lastError())
      const sid = pointerIn(owner, TOKEN_USER[pointerSize()].offsetOf['User.Sid'])
      const [name, domain] = [new Uint16Array(LONGEST_NAME), new Uint16Array(LONGEST_NAME)]
      nameLength[0] = domainLength[0] = LONGEST_NAME
      if (nameOf(NULL, sid, name, nameLength, domain, domainLength, use) === 0) return failedWith(lastError())
      const domainName = textOf(domain.subarray(0, domainLength[0]))
      const account = `${domainName}${domainName === '' ? '' : '\\'}${textOf(name.subarray(0, nameLength[0]))}`
      return write(Buffer.from(account, 'utf16le'), user)
    } finally {
      close(token)
    }
  }

  services(services: Uint8Array): CallResult {
    const open = this.#functions.find('OpenSCManagerW')
    const close = this.#functions.find('CloseServiceHandle')
    const lastError = this.#functions.find('GetLastError')
    if (open === undefined || close === undefined || lastError === undefined) return failedWith(ERROR_PROC_NOT_FOUND)
    const manager: Handle = open(NULL, NULL, SC_MANAGER_ENUMERATE_SERVICE)
    if (manager === 0) return failedWith(lastError())
    const page = new NativeMemory(PAGE_SIZE) // the names are found by their addresses
    try {
      return this.#servicesOf(manager, page, services, lastError)
    } finally {
      page.free()
      close(manager)
    }
  }

  #servicesOf(manager: Handle, page: NativeMemory, services: Uint8Array, lastError: () => number): CallResult {
    const enumerate = this.#functions.find('EnumServicesStatusExW')
    if (enumerate === undefined) return failedWith(ERROR_PROC_NOT_FOUND)
    const found: Buffer[] = []
    resume[0] = 0
    for (let isLast = false; !isLast; ) {
      count[0] = 0
      const kinds = [SC_ENUM_PROCESS_INFO, SERVICE_WIN32, SERVICE_ACTIVE] as const
      isLast = enumerate(manager, ...kinds, page.address, PAGE_SIZE, needed, count, resume, NULL) !== 0
      const errno = isLast ? 0 : lastError()
      if (!isLast && (errno !== ERROR_MORE_DATA || count[0] === 0)) return failedWith(errno)
      found.push(...servicesIn(page, count[0]))
    }
    return write(Buffer.concat(found), services)
  }
}

/** Of each service its process ID, a DWORD, and its name in UTF-16 with a zero at its end. */
function servicesIn({ address, buffer }: NativeMemory, rows: number): readonly Buffer[] {
  const { size, offsetOf } = ENUM_SERVICE_STATUS_PROCESSW[pointerSize()]
  const bytes = Buffer.from(buffer)
  return Array.from({ length: rows }, (_, row) => {
    const name = Number(pointerIn(bytes, row * size + offsetOf.lpServiceName) - address)
    let end = name
    while (bytes.readUInt16LE(end) !== 0) end += 2
    const pid = row * size + offsetOf['ServiceStatusProcess.dwProcessId']
    return Buffer.concat([bytes.subarray(pid, pid + 4), bytes.subarray(name, end + 2)])
  })
}

function pointerSize(): 4 | 8 {
  return koffi.sizeof('void *') === 8 ? 8 : 4
}

function pointerIn(bytes: Uint8Array, offset: number): bigint {
  const fields = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return pointerSize() === 8 ? fields.getBigUint64(offset, true) : BigInt(fields.getUint32(offset, true))
}

function textOf(characters: Uint16Array): string {
  return String.fromCharCode(...characters)
}

/** Writes as much as fits. @returns the size of the whole result */
function write(result: Uint8Array, target: Uint8Array): number {
  target.set(result.subarray(0, target.length))
  return result.length
}
