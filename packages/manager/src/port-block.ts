import type { Socket as DatagramSocket } from 'node:dgram'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { BindOptions, ConnectOptions, PortRange, Protocol } from '@winport/transport'
import type { HostLookup } from './host-address.js'

export interface BlockAttachOptions extends Pick<BindOptions, 'exclusiveAddressUse'> {}

export interface BlockListenOptions extends Pick<BindOptions, 'exclusiveAddressUse'> {
  /**
   * Name or address to listen on. Default, as in Node, also for null and `''`: `'::'` (IPv4 as well), or `'0.0.0.0'` on a machine
   * without IPv6.
   */
  readonly host?: string | null | undefined
  /** A port of the block. Default, also for null: a free one, the next in turn. */
  readonly port?: number | null | undefined
  /** Length of the queue of pending connections. Default: Node's 511. */
  readonly backlog?: number | undefined
  /** Whether a server on an IPv6 address refuses IPv4, as in Node's `server.listen`. Default: false. */
  readonly ipv6Only?: boolean | undefined
  /** Node's option for cluster workers. No effect: the server of a worker always has a socket of its own. */
  readonly exclusive?: boolean | undefined
  /** Cancels the call. It has no effect once the server has its port. */
  readonly signal?: AbortSignal | undefined
}

export interface BlockBindOptions extends Pick<BindOptions, 'exclusiveAddressUse'> {
  /** Name or address to bind to. Default, as in Node, also for null and `''`: `'0.0.0.0'` or `'::'`, by the type of the socket. */
  readonly host?: string | null | undefined
  /** Node's name for `host`. */
  readonly address?: string | null | undefined
  /** A port of the block. Default, also for null: a free one, the next in turn. */
  readonly port?: number | null | undefined
  /**
   * Shares the port with the other sockets of this block that set this option (SO_REUSEADDR). The system decides which of
   * them receives a datagram. Replaces the `reuseAddr` that the dgram socket was created with. Default: false.
   */
  readonly reuseAddr?: boolean | undefined
  /** Whether an IPv6 socket refuses IPv4. Replaces the `ipv6Only` that the dgram socket was created with. Default: false. */
  readonly ipv6Only?: boolean | undefined
  /** Node's option for cluster workers. No effect: the socket of a worker is always its own. */
  readonly exclusive?: boolean | undefined
  /** Cancels the call. It has no effect once the socket has its port. */
  readonly signal?: AbortSignal | undefined
}

export interface BlockConnectOptions extends ConnectOptions {
  /** Name or address to connect to. The addresses of a name are tried in turn. Default, also for null and `''`: `'localhost'`. */
  readonly host?: string | null | undefined
  /** Port to connect to, 1 to 65535. */
  readonly port: number
  /** The source address. Default: the system chooses. */
  readonly localAddress?: string | undefined
  /** The source port, a port of the block. Default, also for null: a free one, the next in turn. */
  readonly localPort?: number | null | undefined
  /** The IP version of the addresses that are tried, 4 or 6. Default: 0, both. */
  readonly family?: 0 | 4 | 6 | undefined
  /** As in Node's `net.connect`: `hints` of `dns.lookup`. */
  readonly hints?: number | undefined
  /** As in Node's `net.connect`: the function that looks the host up. Default: `dns.lookup`. */
  readonly lookup?: HostLookup | undefined
  /** Node's option. No effect: the addresses are tried in turn. */
  readonly autoSelectFamily?: boolean | undefined
  /** Node's option. No effect. */
  readonly autoSelectFamilyAttemptTimeout?: number | undefined
  /** Cancels the call. It has no effect once the connection is open. */
  readonly signal?: AbortSignal | undefined
}

/** What `JSON.stringify` makes of a block. The token is a string, because JSON has no 64-bit integers. */
export interface PortBlockJSON extends PortRange {
  readonly endPort: number
  readonly token: string
  readonly tokenScope: string
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
  /** Where the token is valid, such as `process 4711`: see `manager.open`. */
  readonly tokenScope: string

  /** Whether a port lies in the block. */
  contains(port: number): boolean

  toJSON(): PortBlockJSON

  /**
   * Makes a server listen on a port of this TCP block, and resolves to its address. Every kind of `net.Server` works: http,
   * https, http2, tls. `server.close()` closes the server; a release of the block does not.
   *
   * Rejects with `ERR_RESERVATION_EXHAUSTED` if no port is free, `EADDRINUSE` if the given port is in use,
   * `ERR_RESERVATION_RELEASED` if the block is released before the server has its port, `ERR_SERVER_ALREADY_LISTEN`, an
   * `AbortError`, or the error of Node's own listen; with `ERR_SERVER_NOT_RUNNING` if the server is closed before it listens. After
   * a failure the server does not listen, has emitted no 'error', and nothing is left open.
   */
  listen(server: Server, options?: BlockListenOptions): Promise<AddressInfo>

  /**
   * Makes every later `listen` of the server's own take its port from this TCP block, or every `bind` of a dgram socket from this
   * UDP block; also where a framework makes the call. Everything else is as in Node: the forms of the arguments, `address()` at
   * once, the events. Port 0, or no port, is the next free port of the block. A port outside the block makes it emit 'error', and so
   * does `ERR_RESERVATION_RELEASED`. Pipes, descriptors and handles pass. A later call, also of another block, replaces this one.
   * The calls to the system block the thread.
   *
   * Returns the server or socket. Throws `ERR_RESERVATION_RELEASED`, or `ERR_RESERVATION_UNSUPPORTED` for a block of
   * `persistent.open`, which would have to wait for its token.
   */
  attach<Owner extends Server | DatagramSocket>(owner: Owner, options?: BlockAttachOptions): Owner

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
