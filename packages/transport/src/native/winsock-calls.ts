import type { NodeHandle } from '../adoption/handle-classes.js'
import type { CallResult } from '../backend/call-result.js'
import type { ProviderCalls } from './provider-calls.js'

/** What Node takes a socket over for. */
export type SocketPurpose = 'listen' | 'connect' | 'receive'

/** A pending overlapped call. */
export interface PendingIoctl {
  /**
   * The caller sets this before it returns to the event loop. It is called once, when the call is complete and the output is
   * in the caller's buffer.
   */
  oncomplete: (result: CallResult, bytesReturned: number) => void
  /** Requests cancellation (CancelIoEx), unless the socket is closed. The call still completes, with its own result. */
  cancel(): void
}

/**
 * The Winsock calls that a native backend makes. They do not check arguments or the state of a socket; the callers do. A call
 * that fails returns its error, which it reads on the same thread immediately after the call.
 *
 * `Handle` is the backend's representation of a SOCKET.
 */
export interface WinsockCalls<Handle> {
  /** The service provider that makes the control calls in place of Winsock. It must be started before the first of them. */
  readonly provider?: ProviderCalls<Handle> | undefined

  /** WSAStartup. */
  startUp(): CallResult

  /** WSACleanup. The caller makes sure that no call is pending. */
  cleanUp(): CallResult

  /** WSASocketW: an overlapped socket that child processes do not inherit. @throws WinsockError */
  openSocket(family: number, type: number, protocol: number): Handle

  /** closesocket. The handle is not used again, also if this fails. */
  closeSocket(handle: Handle): CallResult

  /** The SOCKET itself, which Node takes over. @throws WinsockError if the socket cannot serve the purpose */
  descriptor(handle: Handle, purpose: SocketPurpose): number | bigint

  /** Forgets the SOCKET, which belongs to `owner` from now on. The handle is not used again. */
  disown(handle: Handle, owner: NodeHandle): void

  /** bind, to the address in the first `length` bytes of `name`. */
  bind(handle: Handle, name: Uint8Array, length: number): CallResult

  /** getsockname. */
  localName(handle: Handle, name: Uint8Array): CallResult

  /** setsockopt, for an option whose value is an int. */
  setOption(handle: Handle, level: number, option: number, value: number): CallResult

  /** WSAIoctl or the provider's WSPIoctl, without an OVERLAPPED. Returns the number of bytes returned. */
  ioctl(handle: Handle, code: number, input: Uint8Array | null, output: Uint8Array | null): CallResult

  /** The same call with an OVERLAPPED. Returns the result if the call is already complete. */
  startIoctl(
    handle: Handle,
    code: number,
    input: Uint8Array | null,
    output: Uint8Array | null,
  ): CallResult | PendingIoctl

  /** The value that the last `ioctl` or `startIoctl` that returned an error wrote to lpcbBytesReturned. */
  failedBytesReturned(): number
}
