import type { CallResult } from '../backend/call-result.js'
import type { ProviderCalls } from './provider-calls.js'

/** An overlapped call that is pending. */
export interface PendingIoctl {
  /**
   * To be set by the caller before it returns to the event loop. Called once, when the call is complete and its output
   * is in the caller's buffer.
   */
  oncomplete: (result: CallResult, bytesReturned: number) => void
  /** Asks the kernel to cancel (CancelIoEx), unless the socket is closed. What comes of it shows when it is complete. */
  cancel(): void
}

/**
 * Winsock, as a native backend calls it. None of these checks its arguments or knows a socket's state: the callers
 * do. A call that fails returns its error, which was read on the thread and before anything else could run.
 *
 * `Handle` is how the backend names a SOCKET.
 */
export interface WinsockCalls<Handle> {
  /** The service provider that control calls go through, instead of Winsock. To be started before the first of them. */
  readonly provider?: ProviderCalls<Handle> | undefined

  /** WSAStartup. */
  startUp(): CallResult

  /** WSACleanup. No call is pending. */
  cleanUp(): CallResult

  /** WSASocketW, overlapped and not inherited. @throws WinsockError */
  openSocket(family: number, type: number, protocol: number): Handle

  /** closesocket. Whatever it returns, the handle is not used again. */
  closeSocket(handle: Handle): CallResult

  /** The SOCKET itself, for Node to take over. */
  descriptor(handle: Handle): number | bigint

  /** The SOCKET is somebody else's from now on: the handle is not used again. */
  disown(handle: Handle): void

  /** bind, to the address in the first `length` bytes. */
  bind(handle: Handle, name: Uint8Array, length: number): CallResult

  /** getsockname. */
  localName(handle: Handle, name: Uint8Array): CallResult

  /** setsockopt, of an option that is a number. */
  setOption(handle: Handle, level: number, option: number, value: number): CallResult

  /** WSAIoctl, or the provider's WSPIoctl, without an OVERLAPPED: the number of bytes returned. */
  ioctl(handle: Handle, code: number, input: Uint8Array | null, output: Uint8Array | null): CallResult

  /** The same with an OVERLAPPED: its result, where it is complete at once. */
  startIoctl(
    handle: Handle,
    code: number,
    input: Uint8Array | null,
    output: Uint8Array | null,
  ): CallResult | PendingIoctl

  /** What the last `ioctl` or `startIoctl` that failed at once reported through lpcbBytesReturned. */
  failedBytesReturned(): number
}
