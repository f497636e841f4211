import type { Socket as DatagramSocket } from 'node:dgram'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { PortRange, Protocol } from '@winport/transport'

export interface BlockListenOptions {
  /** Name or address to listen on. Default, as in Node: `'::'` (IPv4 as well), or `'0.0.0.0'` on a machine without IPv6. */
  readonly host?: string | undefined
  /** A port of the block. Default: a free one, which the kernel chooses. */
  readonly port?: number | undefined
  /** Length of the queue of pending connections. Default: Node's 511. */
  readonly backlog?: number | undefined
  /** Whether a server on an IPv6 address refuses IPv4, as in Node's `server.listen`. Default: false. */
  readonly ipv6Only?: boolean | undefined
  /** Cancels the call. It has no effect once the server has its port. */
  readonly signal?: AbortSignal | undefined
}

export interface BlockBindOptions {
  /** Name or address to bind to. Default, as in Node: `'0.0.0.0'` or `'::'`, by the type of the socket. */
  readonly host?: string | undefined
  /** A port of the block. Default: a free one, which the kernel chooses. */
  readonly port?: number | undefined
  /**
   * Shares the port with the other sockets of this block that set this option (SO_REUSEADDR). The system decides which of
   * them receives a datagram. Replaces the `reuseAddr` that the dgram socket was created with. Default: false.
   */
  readonly reuseAddr?: boolean | undefined
  /** Whether an IPv6 socket refuses IPv4. Replaces the `ipv6Only` that the dgram socket was created with. Default: false. */
  readonly ipv6Only?: boolean | undefined
  /** Cancels the call. It has no effect once the socket has its port. */
  readonly signal?: AbortSignal | undefined
}

export interface BlockConnectOptions {
  /** Name or address to connect to. The addresses of a name are tried in turn. Default: `'localhost'`. */
  readonly host?: string | undefined
  /** Port to connect to, 1 to 65535. */
  readonly port: number
  /** The source port, a port of the block. Default: a free one, which the kernel chooses. */
  readonly localPort?: number | undefined
  /** Cancels the call. It has no effect once the connection is open. */
  readonly signal?: AbortSignal | undefined
}

/** What `JSON.stringify` makes of a block. The token is a string, because JSON has no 64-bit integers. */
export interface PortBlockJSON extends PortRange {
  readonly endPort: number
  readonly token: string
}

/**
 * A block of consecutive ports that is reserved. Sockets are bound out of it: the kernel gives each port to one caller at
 * a time. Iterating over a block yields its ports.
 */
export interface PortBlock extends PortRange, Iterable<number> {
  readonly protocol: Protocol
  /** First port. */
  readonly startPort: number
  /** Last port. */
  readonly endPort: number
  /** Number of ports. */
  readonly count: number
  /** The kernel's 64-bit name of the reservation. */
  readonly token: bigint

  /** Whether a port lies in the block. */
  contains(port: number): boolean

  toJSON(): PortBlockJSON

  /**
   * Makes a server listen on a port of this TCP block, and resolves to its address. Every kind of `net.Server` works: http,
   * https, http2, tls. `server.close()` closes the server; a release of the block does not.
   *
   * Rejects with `ERR_RESERVATION_EXHAUSTED` if no port is free, `EADDRINUSE` if the given port is in use,
   * `ERR_RESERVATION_RELEASED` if the block is released before the server has its port, `ERR_SERVER_ALREADY_LISTEN`, an
   * `AbortError`, or the error of Node's own listen. After a failure the server does not listen, and nothing is left open.
   */
  listen(server: Server, options?: BlockListenOptions): Promise<AddressInfo>

  /**
   * Binds a dgram socket to a port of this UDP block, and resolves to its address. Rejects as {@link listen} does. After a
   * failure the socket is not bound.
   */
  bind(socket: DatagramSocket, options?: BlockBindOptions): Promise<AddressInfo>

  /**
   * Opens a connection whose source port is a port of this TCP block. Rejects as {@link listen} does, or with the error of
   * Node's own connect, such as `ECONNREFUSED`; with an `AggregateError` if several addresses were tried.
   */
  connect(options: BlockConnectOptions): Promise<Socket>
}
