import { WSPUPCALLTABLE } from '@winport/definitions'
import type { WinsockLibraries } from '@winport/transport/native'
import koffi, { type TypeObject } from 'koffi'
import { ForeignLibrary } from './foreign-functions.js'
import type { MemoryFunctions, SystemHandle } from './memory-functions.js'
import { writeUpcallAnswers } from './upcall-code.js'
import { type UpcallTable, upcallTable } from './upcall-table.js'
import type { SocketHandle, WinsockFunctions } from './winsock-functions.js'

/** WSPIoctl: the arguments of WSAIoctl and two more. */
export type WSPIoctl = (
  ...passed: [...Parameters<WinsockFunctions['ioctl']>, thread: bigint, errno: Int32Array]
) => number
export type WSPCleanup = (errno: Int32Array) => number

/** The functions that start a service provider and call it. */
export interface ProviderFunctions extends MemoryFunctions {
  /** Returns the error itself. */
  WSPStartup(version: number, data: Uint8Array, info: Uint8Array, upcalls: UpcallTable, table: BigUint64Array): number
  getsockopt(socket: SocketHandle, level: number, name: number, value: Uint8Array, length: Int32Array): number
  GetCurrentThread(): SystemHandle
  DuplicateHandle(
    from: SystemHandle,
    handle: SystemHandle,
    to: SystemHandle,
    duplicate: bigint,
    access: number,
    inherit: number,
    options: number,
  ): number
  CloseHandle(handle: SystemHandle): number
  /** The table for WSPStartup, which the first call creates. */
  upcalls(): UpcallTable
  /** The functions of a provider at these addresses. */
  WSPIoctlAt(address: bigint): WSPIoctl
  WSPCleanupAt(address: bigint): WSPCleanup
}

let upcallTableType: TypeObject | undefined
let ioctlType: TypeObject | undefined
let cleanupType: TypeObject | undefined
const functionsAt = new Map<bigint, ReturnType<typeof koffi.decode>>()

/** The function at an address, declared only once because koffi never frees a declaration. */
function functionAt(address: bigint, type: TypeObject): ReturnType<typeof koffi.decode> {
  const known = functionsAt.get(address) ?? koffi.decode(address, type)
  functionsAt.set(address, known)
  return known
}

/** @throws TransportUnavailableError if a library or function is missing */
export function declareProviderFunctions(libraries: WinsockLibraries, provider: string): ProviderFunctions {
  const ws2 = new ForeignLibrary(libraries.winsock)
  const kernel32 = new ForeignLibrary(libraries.kernel)
  const mswsock = new ForeignLibrary(provider)
  upcallTableType ??= koffi.struct(Object.fromEntries(WSPUPCALLTABLE.map((entry) => [entry, 'void *'])))
  let upcalls: UpcallTable | undefined
  const functions: ProviderFunctions = {
    WSPStartup: mswsock.declare('int', 'WSPStartup', ['uint16_t', 'void *', 'void *', upcallTableType, 'void *']),
    getsockopt: ws2.declare('int', 'getsockopt', ['intptr_t', 'int', 'int', 'void *', 'void *']),
    GetCurrentProcess: kernel32.declare('intptr_t', 'GetCurrentProcess', []),
    GetCurrentThread: kernel32.declare('intptr_t', 'GetCurrentThread', []),
    DuplicateHandle: kernel32.declare('int', 'DuplicateHandle', [
      'intptr_t',
      'intptr_t',
      'intptr_t',
      'void *',
      'uint32_t',
      'int',
      'uint32_t',
    ]),
    CloseHandle: kernel32.declare('int', 'CloseHandle', ['intptr_t']),
    VirtualAlloc: kernel32.declare('void *', 'VirtualAlloc', ['void *', 'size_t', 'uint32_t', 'uint32_t']),
    VirtualProtect: kernel32.declare('int', 'VirtualProtect', ['void *', 'size_t', 'uint32_t', 'void *']),
    FlushInstructionCache: kernel32.declare('int', 'FlushInstructionCache', ['intptr_t', 'void *', 'size_t']),
    upcalls: () => {
      upcalls ??= upcallTable(ws2, writeUpcallAnswers(functions))
      return upcalls
    },
    WSPIoctlAt: (address) => {
      ioctlType ??= koffi.proto('__stdcall', 'int', [
        'intptr_t',
        'uint32_t',
        'void *',
        'uint32_t',
        'void *',
        'uint32_t',
        'void *',
        'void *',
        'void *',
        'void *',
        'void *',
      ])
      return functionAt(address, ioctlType)
    },
    WSPCleanupAt: (address) => {
      cleanupType ??= koffi.proto('__stdcall', 'int', ['void *'])
      return functionAt(address, cleanupType)
    },
  }
  return functions
}
