import koffi from 'koffi'
import { type ForeignFunction, ForeignLibrary } from './foreign-functions.js'

/** The functions that list sockets and processes, with koffi's types. A 64-bit handle fits into a number or is a bigint. */
const FUNCTIONS = {
  GetExtendedTcpTable: ['uint32_t', ['void *', 'void *', 'int', 'uint32_t', 'int', 'uint32_t']],
  GetExtendedUdpTable: ['uint32_t', ['void *', 'void *', 'int', 'uint32_t', 'int', 'uint32_t']],
  InternalGetBoundTcpEndpointTable: ['uint32_t', ['void *', 'void *', 'uint32_t']],
  InternalGetBoundTcp6EndpointTable: ['uint32_t', ['void *', 'void *', 'uint32_t']],
  GetProcessHeap: ['void *', []],
  HeapFree: ['int', ['void *', 'uint32_t', 'void *']],
  OpenProcess: ['intptr_t', ['uint32_t', 'int', 'uint32_t']],
  QueryFullProcessImageNameW: ['int', ['intptr_t', 'uint32_t', 'void *', 'void *']],
  GetProcessTimes: ['int', ['intptr_t', 'void *', 'void *', 'void *', 'void *']],
  CreateToolhelp32Snapshot: ['intptr_t', ['uint32_t', 'uint32_t']],
  Process32FirstW: ['int', ['intptr_t', 'void *']],
  Process32NextW: ['int', ['intptr_t', 'void *']],
  CloseHandle: ['int', ['intptr_t']],
  GetLastError: ['uint32_t', []],
  OpenProcessToken: ['int', ['intptr_t', 'uint32_t', 'void *']],
  GetTokenInformation: ['int', ['intptr_t', 'int', 'void *', 'uint32_t', 'void *']],
  LookupAccountSidW: ['int', ['void *', 'void *', 'void *', 'void *', 'void *', 'void *', 'void *']],
  OpenSCManagerW: ['intptr_t', ['void *', 'void *', 'uint32_t']],
  EnumServicesStatusExW: [
    'int',
    ['intptr_t', 'int', 'uint32_t', 'uint32_t', 'void *', 'uint32_t', 'void *', 'void *', 'void *', 'void *'],
  ],
  CloseServiceHandle: ['int', ['intptr_t']],
} as const

export type SocketTableFunction = keyof typeof FUNCTIONS

const IP_HELPER: ReadonlySet<SocketTableFunction> = new Set<SocketTableFunction>([
  'GetExtendedTcpTable',
  'GetExtendedUdpTable',
  'InternalGetBoundTcpEndpointTable',
  'InternalGetBoundTcp6EndpointTable',
])

const SECURITY: ReadonlySet<SocketTableFunction> = new Set<SocketTableFunction>([
  'OpenProcessToken',
  'GetTokenInformation',
  'LookupAccountSidW',
  'OpenSCManagerW',
  'EnumServicesStatusExW',
  'CloseServiceHandle',
])

/** The offset of szExeFile in a PROCESSENTRY32W, and its size, in this process. */
export function processEntryLayout(): { readonly nameOffset: number; readonly size: number } {
  return koffi.sizeof('void *') === 8 ? { nameOffset: 44, size: 568 } : { nameOffset: 36, size: 556 }
}

/** The functions of three libraries. Each is declared on first use, because a system may lack it. */
export class SocketTableFunctions {
  readonly #ipHelper: ForeignLibrary
  readonly #kernel: ForeignLibrary
  readonly #securityPath: string | undefined
  #security: ForeignLibrary | undefined
  readonly #declared = new Map<SocketTableFunction, ForeignFunction | undefined>()

  /** @param security is loaded with its first function; without it, there are none of its functions */
  constructor(ipHelper: string, kernel: string, security?: string) {
    this.#ipHelper = new ForeignLibrary(ipHelper)
    this.#kernel = new ForeignLibrary(kernel)
    this.#securityPath = security
  }

  /** Undefined if the library does not export it. */
  find(name: SocketTableFunction): ForeignFunction | undefined {
    if (!this.#declared.has(name)) this.#declared.set(name, this.#declare(name))
    return this.#declared.get(name)
  }

  #declare(name: SocketTableFunction): ForeignFunction | undefined {
    const [result, parameters] = FUNCTIONS[name]
    try {
      return this.#libraryOf(name)?.declare(result, name, [...parameters])
    } catch {
      return undefined
    }
  }

  #libraryOf(name: SocketTableFunction): ForeignLibrary | undefined {
    if (IP_HELPER.has(name)) return this.#ipHelper
    if (!SECURITY.has(name)) return this.#kernel
    if (this.#securityPath !== undefined) this.#security ??= new ForeignLibrary(this.#securityPath)
    return this.#security
  }
}
