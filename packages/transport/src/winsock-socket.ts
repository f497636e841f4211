import type { Socket as DatagramSocket } from 'node:dgram'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { NodeHandle } from './adoption/handle-classes.js'
import type { Protocol } from './port-range.js'

export type AddressFamily = 'ipv4' | 'ipv6'

export interface SocketSpec {
  readonly protocol: Protocol
  /** Default: `'ipv4'`. */
  readonly family?: AddressFamily
}

/** An address to bind or connect to. The address is text; the port is in host order, 0 to 65535. */
export interface SocketAddress {
  readonly address: string
  readonly port: number
}

export interface BindOptions {
  /**
   * SO_REUSEADDR, for UDP only: sockets share a port if each of them sets this option. They also share a port of a
   * reservation if each of them is associated. Which socket receives a datagram is not defined. With TCP the option would
   * let other programs take over the port, so `true` throws a `RangeError`. Default: false.
   */
  readonly reuseAddr?: boolean | undefined
  /**
   * Restricts an IPv6 socket to IPv6, so that another socket can bind `'0.0.0.0'` beside `'::'`. Ignored on IPv4 sockets, as
   * Node's servers ignore it. Default: false.
   */
  readonly ipv6Only?: boolean | undefined
  /**
   * SO_EXCLUSIVEADDRUSE: no other socket can be bound to this address and port, also with SO_REUSEADDR. If the address is
   * `'::'` or `'0.0.0.0'`, no other socket can be bound to the port at all. Without the option, once the reservation of the
   * port has ended, another process of the same user can bind a specific address such as 127.0.0.1 beside `'::'` or
   * `'0.0.0.0'`, and receives the connections to that address. A disadvantage: after the server closes, nothing can bind the
   * port while a connection of it remains. `true` together with `reuseAddr` throws a `RangeError`. Default: false.
   * (https://learn.microsoft.com/windows/win32/winsock/using-so-reuseaddr-and-so-exclusiveaddruse)
   */
  readonly exclusiveAddressUse?: boolean | undefined
}

export interface IoctlOptions {
  /** Cancels the call. See {@link WinsockSocket.ioctlAsync}. */
  readonly signal?: AbortSignal | undefined
}

export interface ListenOptions {
  /** The length of the queue of pending connections. Default: Node's 511. */
  readonly backlog?: number | undefined
}

export interface ConnectOptions {
  /** As in Node's `net.connect`. Default: false. */
  readonly allowHalfOpen?: boolean | undefined
  /** As in Node's `net.connect`. Default: false. */
  readonly noDelay?: boolean | undefined
  /** As in Node's `net.connect`. Default: false. */
  readonly keepAlive?: boolean | undefined
  /** As in Node's `net.connect`, in milliseconds. Default: 0. */
  readonly keepAliveInitialDelay?: number | undefined
  /** As in Node's `net.connect`: the connection emits `'timeout'` after so many idle milliseconds. Default: 0, never. */
  readonly timeout?: number | undefined
  /** Cancels the connection: the socket is closed and the promise rejects with an `AbortError`. */
  readonly signal?: AbortSignal | undefined
}

/**
 * An overlapped Winsock socket.
 *
 * It is *open*, *adopted* (Node owns it) or *closed*. Once it is adopted or closed, every method except `close` fails with
 * `WSAENOTSOCK` without a system call, because the operating system may have reused the handle. An argument of the wrong
 * type throws a `TypeError` or `RangeError` before any call is made.
 */
export interface WinsockSocket extends Disposable {
  readonly protocol: Protocol
  readonly family: AddressFamily

  /**
   * Makes a control call that blocks the thread until it is complete (WSAIoctl without an OVERLAPPED).
   *
   * @param code the control code, an unsigned 32-bit integer
   * @param input the input buffer; `null` means NULL and length 0
   * @param output the output buffer, written in place; `null` means NULL and length 0
   * @returns the number of bytes returned. Do not rely on the count of ASSOCIATE and RELEASE, which return no output.
   * @throws WinsockError with the kernel's error and the `bytesReturned` that the kernel reported with it
   */
  ioctl(code: number, input: Uint8Array | null, output: Uint8Array | null): number

  /**
   * Makes a control call that does not block (WSAIoctl with an OVERLAPPED). Both buffers belong to the call until the
   * promise is settled, also if the caller drops its references to them.
   *
   * Rejects with a {@link WinsockError}: `WSA_OPERATION_ABORTED` if the socket is closed while the call is pending. When
   * `signal` aborts, a pending call is cancelled and rejects with an `AbortError` whose `cause` is the
   * `WSA_OPERATION_ABORTED` error. If `signal` is aborted before the call, no call is made and the `cause` is the signal's
   * reason. If the kernel completes the call before it handles the cancellation, the promise resolves, and the caller owns
   * the result.
   */
  ioctlAsync(code: number, input: Uint8Array | null, output: Uint8Array | null, options?: IoctlOptions): Promise<number>

  /**
   * As {@link ioctlAsync}, but a call that is complete at once returns its result, or throws its error, without a promise.
   * Optional: where a socket lacks it, call `ioctlAsync`.
   */
  startIoctl?(
    code: number,
    input: Uint8Array | null,
    output: Uint8Array | null,
    options?: IoctlOptions,
  ): number | Promise<number>

  /**
   * Binds the socket. With port 0 the kernel chooses a port, out of the associated reservation if there is one. An IPv6
   * socket that is bound to `'::'` also accepts IPv4, as Node's servers do. The options apply to this call only: if it fails,
   * they have no effect on the next.
   *
   * @throws WinsockError `WSAEINVAL` if the socket is bound already; `WSAEADDRINUSE` if the port is in use, or `WSAEACCES` if
   * this socket sets `reuseAddr` and the other one does not
   * (https://learn.microsoft.com/windows/win32/winsock/using-so-reuseaddr-and-so-exclusiveaddruse)
   */
  bind(address: SocketAddress, options?: BindOptions): void

  /** The address that the socket is bound to. @throws WinsockError `WSAEINVAL` before `bind` */
  localAddress(): AddressInfo

  /**
   * Hands the bound TCP socket to a server, which starts to listen on it. Resolves when the server listens. From the call on
   * Node owns the socket: the server's `close()` closes it. If the promise rejects, the socket is closed. A `close()` of the
   * server before it listens rejects the promise with `ERR_SERVER_NOT_RUNNING`.
   */
  listen(server: Server, options?: ListenOptions): Promise<void>

  /** Hands the bound UDP socket to an unbound dgram socket. Ownership: see {@link listen}. */
  adopt(socket: DatagramSocket): Promise<void>

  /**
   * Hands the bound socket to a handle behind a `net.Server` or a dgram socket before it returns. The handle must be new. From the
   * call on it owns the socket. If this throws, the socket is closed, and the handle is still to be closed by the caller.
   *
   * @throws WinsockError `WSAEINVAL` before `bind`, `WSAEINPROGRESS` while a control call on the socket is pending
   */
  adoptInto(handle: NodeHandle): void

  /**
   * Connects the TCP socket through a new `net.Socket`, which owns it from then on, as in {@link listen}. A socket that is
   * not bound is bound first: to a free port of the reservation that it is associated with, if there is one.
   */
  connect(remote: SocketAddress, options?: ConnectOptions): Promise<Socket>

  /**
   * Closes the socket. Reservations that were acquired on it end, and pending calls fail with `WSA_OPERATION_ABORTED`. Does
   * nothing if the socket is adopted or closed. If the system call fails, this throws, and the socket counts as closed.
   */
  close(): void
}
