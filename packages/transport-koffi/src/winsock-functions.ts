import type { WinsockLibraries } from '@winport/transport/native'
import { ForeignLibrary } from './foreign-functions.js'

/** A SOCKET: a number, or a bigint if a number cannot represent it. */
export type SocketHandle = number | bigint

export const INVALID_SOCKET = -1
export const WSA_WAIT_FAILED = 0xffff_ffff

/** The functions of Winsock and kernel32 that the backend calls. Buffers and addresses (bigint) are passed as pointers. */
export interface WinsockFunctions {
  /** Returns the error itself. */
  WSAStartup(version: number, data: Uint8Array): number
  WSACleanup(): number
  /** The last error of this thread. Must be called directly after the call that failed. */
  WSAGetLastError(): number
  WSASocketW(
    family: number,
    type: number,
    protocol: number,
    protocolInfo: bigint,
    group: number,
    flags: number,
  ): SocketHandle
  closesocket(socket: SocketHandle): number
  bind(socket: SocketHandle, name: Uint8Array, length: number): number
  getsockname(socket: SocketHandle, name: Uint8Array, length: Int32Array): number
  setsockopt(socket: SocketHandle, level: number, name: number, value: Int32Array, length: number): number
  /** WSAIoctl, or WSPIoctl of a service provider. */
  ioctl(
    socket: SocketHandle,
    code: number,
    input: Uint8Array | bigint,
    inputLength: number,
    output: Uint8Array | bigint,
    outputLength: number,
    bytesReturned: Uint32Array,
    overlapped: bigint,
    completionRoutine: bigint,
  ): number
  /** The error of `ioctl`. Must be called directly after the call that failed. */
  ioctlError(): number
  WSAGetOverlappedResult(
    socket: SocketHandle,
    overlapped: bigint,
    bytes: Uint32Array,
    wait: number,
    flags: Uint32Array,
  ): number
  /** Returns null on failure. */
  WSACreateEvent(): bigint | null
  WSACloseEvent(event: bigint): number
  WSASetEvent(event: bigint): number
  WSAResetEvent(event: bigint): number
  readonly WSAWaitForMultipleEvents: {
    async(
      count: number,
      events: bigint,
      all: number,
      milliseconds: number,
      alertable: number,
      done: (error: unknown, result: number) => void,
    ): void
  }
  CancelIoEx(file: SocketHandle, overlapped: bigint): number
}

/** @throws TransportUnavailableError if a library or function is missing */
export function declareWinsockFunctions({ winsock, kernel }: WinsockLibraries): WinsockFunctions {
  const ws2 = new ForeignLibrary(winsock)
  const kernel32 = new ForeignLibrary(kernel)
  const declared = {
    WSAStartup: ws2.declare('int', 'WSAStartup', ['uint16_t', 'void *']),
    WSACleanup: ws2.declare('int', 'WSACleanup', []),
    WSAGetLastError: ws2.declare('int', 'WSAGetLastError', []),
    WSASocketW: ws2.declare('intptr_t', 'WSASocketW', ['int', 'int', 'int', 'void *', 'uint32_t', 'uint32_t']),
    closesocket: ws2.declare('int', 'closesocket', ['intptr_t']),
    bind: ws2.declare('int', 'bind', ['intptr_t', 'void *', 'int']),
    getsockname: ws2.declare('int', 'getsockname', ['intptr_t', 'void *', 'void *']),
    setsockopt: ws2.declare('int', 'setsockopt', ['intptr_t', 'int', 'int', 'void *', 'int']),
    ioctl: ws2.declare('int', 'WSAIoctl', [
      'intptr_t',
      'uint32_t',
      'void *',
      'uint32_t',
      'void *',
      'uint32_t',
      'void *',
      'void *',
      'void *',
    ]),
    WSAGetOverlappedResult: ws2.declare('int', 'WSAGetOverlappedResult', [
      'intptr_t',
      'void *',
      'void *',
      'int',
      'void *',
    ]),
    WSACreateEvent: ws2.declare('void *', 'WSACreateEvent', []),
    WSACloseEvent: ws2.declare('int', 'WSACloseEvent', ['void *']),
    WSASetEvent: ws2.declare('int', 'WSASetEvent', ['void *']),
    WSAResetEvent: ws2.declare('int', 'WSAResetEvent', ['void *']),
    WSAWaitForMultipleEvents: ws2.declare('uint32_t', 'WSAWaitForMultipleEvents', [
      'uint32_t',
      'void *',
      'int',
      'uint32_t',
      'int',
    ]),
    CancelIoEx: kernel32.declare('int', 'CancelIoEx', ['intptr_t', 'void *']),
  }
  return { ...declared, ioctlError: declared.WSAGetLastError }
}
