import {
  SOCKET_ERROR,
  WINSOCK_VERSION,
  WSA_FLAG_NO_HANDLE_INHERIT,
  WSA_FLAG_OVERLAPPED,
  WSA_IO_PENDING,
} from '@winport/definitions'
import { WinsockError } from '@winport/transport'
import { type CallResult, failedWith } from '@winport/transport/backend'
import type { PendingIoctl, ProviderCalls, WinsockCalls } from '@winport/transport/native'
import { NULL } from './native-memory.js'
import { OpenSocket } from './open-socket.js'
import { OverlappedCall } from './overlapped-call.js'
import { PendingCalls } from './pending-calls.js'
import { INVALID_SOCKET, type SocketHandle, type WinsockFunctions } from './winsock-functions.js'

const WSADATA_MAX_SIZE = 512 // WSADATA has 408 bytes in a 64-bit process and 400 in a 32-bit one

// These calls are synchronous and run on one thread, so they can share the variables that they pass by reference.
const bytesReturned = new Uint32Array(1)
const nameLength = new Int32Array(1)
const optionValue = new Int32Array(1)

/** Winsock, called through koffi. */
export class KoffiWinsockCalls implements WinsockCalls<OpenSocket> {
  readonly functions: WinsockFunctions
  readonly provider: ProviderCalls<OpenSocket> | undefined
  readonly #pending: PendingCalls

  /** @param provider the service provider, if `functions.ioctl` calls it */
  constructor(functions: WinsockFunctions, provider?: ProviderCalls<OpenSocket>) {
    this.functions = functions
    this.provider = provider
    this.#pending = new PendingCalls(functions)
  }

  startUp(): CallResult {
    const errno = this.functions.WSAStartup(WINSOCK_VERSION, new Uint8Array(WSADATA_MAX_SIZE))
    return errno === 0 ? 0 : failedWith(errno)
  }

  cleanUp(): CallResult {
    this.#pending.free()
    return this.#resultOf(this.functions.WSACleanup())
  }

  openSocket(family: number, type: number, protocol: number): OpenSocket {
    const flags = WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT
    const handle = this.functions.WSASocketW(family, type, protocol, NULL, 0, flags)
    if (handle === INVALID_SOCKET) throw new WinsockError(this.functions.WSAGetLastError(), 'WSASocketW')
    return new OpenSocket(handle)
  }

  closeSocket(socket: OpenSocket): CallResult {
    return this.#resultOf(this.functions.closesocket(socket.take()))
  }

  descriptor(socket: OpenSocket): SocketHandle {
    return socket.handle
  }

  disown(socket: OpenSocket): void {
    socket.take()
  }

  bind(socket: OpenSocket, name: Uint8Array, length: number): CallResult {
    return this.#resultOf(this.functions.bind(socket.handle, name, length))
  }

  localName(socket: OpenSocket, name: Uint8Array): CallResult {
    nameLength[0] = name.length
    return this.#resultOf(this.functions.getsockname(socket.handle, name, nameLength))
  }

  setOption(socket: OpenSocket, level: number, option: number, value: number): CallResult {
    optionValue[0] = value
    const length = optionValue.byteLength
    return this.#resultOf(this.functions.setsockopt(socket.handle, level, option, optionValue, length))
  }

  ioctl(socket: OpenSocket, code: number, input: Uint8Array | null, output: Uint8Array | null): CallResult {
    bytesReturned[0] = 0
    const result = this.functions.ioctl(
      socket.handle,
      code,
      input === null ? NULL : input,
      input === null ? 0 : input.length,
      output === null ? NULL : output,
      output === null ? 0 : output.length,
      bytesReturned,
      NULL,
      NULL,
    )
    return result === SOCKET_ERROR ? failedWith(this.functions.ioctlError()) : (bytesReturned[0] ?? 0)
  }

  startIoctl(
    socket: OpenSocket,
    code: number,
    input: Uint8Array | null,
    output: Uint8Array | null,
  ): CallResult | PendingIoctl {
    const block = this.#pending.take(input, output)
    bytesReturned[0] = 0
    const result = this.functions.ioctl(
      socket.handle,
      code,
      block.input,
      input === null ? 0 : input.length,
      block.output,
      output === null ? 0 : output.length,
      bytesReturned,
      block.overlapped,
      NULL,
    )
    if (result === SOCKET_ERROR) {
      const errno = this.functions.ioctlError()
      if (errno !== WSA_IO_PENDING) {
        this.#pending.give(block)
        return failedWith(errno)
      }
      const call = new OverlappedCall(socket, this.functions, this.#pending, block, output)
      if (!call.pending) return this.#resultAtOnce(call)
      this.#pending.add(call)
      return call
    }
    block.store(output)
    this.#pending.give(block)
    return bytesReturned[0] ?? 0
  }

  /** The result of a call that is complete although it was reported as pending. Needs no wait. */
  #resultAtOnce(call: OverlappedCall): CallResult {
    const { result, bytesReturned: count } = call.takeResult()
    bytesReturned[0] = count
    return result
  }

  failedBytesReturned(): number {
    return bytesReturned[0] ?? 0
  }

  /** The result of a call. Must be called directly after it, because it reads the last error of the thread. */
  #resultOf(returned: number): CallResult {
    return returned === SOCKET_ERROR ? failedWith(this.functions.WSAGetLastError()) : 0
  }
}
