import type { Socket as DatagramSocket } from 'node:dgram'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { Protocol } from './port-range.js'

export type AddressFamily = 'ipv4' | 'ipv6'

export interface SocketSpec {
  readonly protocol: Protocol
  /** Defaults to `'ipv4'`. */
  readonly family?: AddressFamily
}

/** Where to bind or connect: the address as text, the port in host order (0 to 65535). */
export interface SocketAddress {
  readonly address: string
  readonly port: number
}

export interface BindOptions {
  /**
   * SO_REUSEADDR, for UDP alone: several sockets share the port if every one of them asks for it, also a port of a
   * reservation if every one of them is associated. Which of them receives a datagram is not determined. On TCP it
   * would let others take the port over: there `true` throws a `RangeError`. Defaults to false.
   */
  readonly reuseAddr?: boolean | undefined
  /**
   * Keeps an IPv6 socket from taking IPv4 as well: `'::'` and `'0.0.0.0'` can then be bound beside each other. Ignored
   * on IPv4 sockets, as Node's servers ignore it. Defaults to false.
   */
  readonly ipv6Only?: boolean | undefined
}

export interface IoctlOptions {
  /** Cancels the call. See {@link WinsockSocket.ioctlAsync}. */
  readonly signal?: AbortSignal | undefined
}

export interface ListenOptions {
  /** Length of the queue of pending connections. Defaults to Node's 511. */
  readonly backlog?: number | undefined
}

export interface ConnectOptions {
  /** Gives up connecting: the socket is closed and the promise rejects with an `AbortError`. */
  readonly signal?: AbortSignal | undefined
}

/**
 * An overlapped Winsock socket.
 *
 * It is in one of three states: *open*, *adopted* (Node owns it), *closed*. In the latter two every method but
 * `close` fails with `WSAENOTSOCK`, without a system call, because the operating system may have given the same
 * handle to somebody else. Arguments of the wrong type throw a `TypeError` or `RangeError` before any call is made.
 */
export interface WinsockSocket extends Disposable {
  readonly protocol: Protocol
  readonly family: AddressFamily

  /**
   * Makes a control call that blocks the thread until it is done (WSAIoctl without an OVERLAPPED).
   *
   * @param code the control code, an unsigned 32-bit integer
   * @param input the input buffer; `null` is NULL and 0
   * @param output the output buffer, written in place; `null` is NULL and 0
   * @returns the number of bytes returned. ASSOCIATE and RELEASE return nothing: do not rely on their count.
   * @throws WinsockError with the kernel's error; its `bytesReturned` is what the kernel reported beside it
   */
  ioctl(code: number, input: Uint8Array | null, output: Uint8Array | null): number

  /**
   * Makes a control call that does not block (WSAIoctl with an OVERLAPPED). Both buffers belong to the call until the
   * promise is settled, whether or not the caller keeps them.
   *
   * Rejects with a {@link WinsockError}; with `WSA_OPERATION_ABORTED` if the socket is closed meanwhile. An aborted
   * `signal` cancels a pending call: it rejects with an `AbortError` whose `cause` is the `WSA_OPERATION_ABORTED`
   * error. If the signal was aborted already, no call is made and the `cause` is the signal's reason. A call
   * that the kernel completes before it learns of the cancellation resolves: what it granted is the caller's.
   */
  ioctlAsync(code: number, input: Uint8Array | null, output: Uint8Array | null, options?: IoctlOptions): Promise<number>

  /**
   * Binds the socket. Port 0 lets the kernel choose: out of the associated reservation if there is one. An IPv6
   * socket bound to `'::'` takes IPv4 as well, as Node's servers do. The options count for this call alone: after one
   * that failed, the next begins anew.
   *
   * @throws WinsockError `WSAEINVAL` if it is bound already; on a port that is in use `WSAEADDRINUSE`, or `WSAEACCES`
   * if this socket asked for `reuseAddr` and the other one did not
   * (https://learn.microsoft.com/windows/win32/winsock/using-so-reuseaddr-and-so-exclusiveaddruse)
   */
  bind(address: SocketAddress, options?: BindOptions): void

  /** The address that the socket is bound to. @throws WinsockError `WSAEINVAL` before `bind` */
  localAddress(): AddressInfo

  /**
   * Hands the bound TCP socket to a server, which starts listening on it. Resolves when it listens. From the call on
   * the socket is Node's: the server's `close()` closes it, and if the promise rejects it is closed already.
   */
  listen(server: Server, options?: ListenOptions): Promise<void>

  /** Hands the bound UDP socket to an unbound dgram socket. Ownership as for {@link listen}. */
  attach(socket: DatagramSocket): Promise<void>

  /** Hands the bound TCP socket to a new `net.Socket` and connects it. Ownership as for {@link listen}. */
  connect(remote: SocketAddress, options?: ConnectOptions): Promise<Socket>

  /**
   * Closes the socket: reservations acquired on it end, pending calls fail with `WSA_OPERATION_ABORTED`. Does nothing
   * if the socket is adopted or closed. The socket is given up even if the system call fails and this throws.
   */
  close(): void
}
