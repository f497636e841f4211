import type { Socket as DatagramSocket } from 'node:dgram'
import type { AddressInfo, Server, Socket } from 'node:net'
import { INET_PORT_RESERVATION_TOKEN, outOfRange, SIO_ASSOCIATE_PORT_RESERVATION } from '@winport/definitions'
import {
  AbortError,
  type AddressFamily,
  type BindOptions,
  type IoctlOptions,
  type PortRange,
  type Protocol,
  SystemCallError,
  type Transport,
  type WinsockSocket,
} from '@winport/transport'
import { closeQuietly } from './close-quietly.js'
import { channels, type FailureMessage, publish } from './diagnostics.js'
import { explainEnd, explainUse } from './explain-error.js'
import { ANY_IPV4, ANY_IPV6, type HostAddress, resolveHost } from './host-address.js'
import {
  checkBacklog,
  checkNodeObject,
  checkObject,
  checkOption,
  checkPortOf,
  checkRemotePort,
  deriveSignal,
} from './request-arguments.js'
import { ReservationError } from './reservation-error.js'

export interface BlockListenOptions {
  /** Name or address to listen on. Defaults, as in Node, to `'::'` (IPv4 too), or `'0.0.0.0'` without IPv6. */
  readonly host?: string | undefined
  /** A port of the block. Defaults to any free one, chosen by the kernel. */
  readonly port?: number | undefined
  /** Length of the queue of pending connections. Defaults to Node's 511. */
  readonly backlog?: number | undefined
  /** Take no IPv4 on an IPv6 address, as in Node's `server.listen`. Defaults to false: `'::'` takes both. */
  readonly ipv6Only?: boolean | undefined
  /** Gives up, unless the server has its port already: then it listens. */
  readonly signal?: AbortSignal | undefined
}

export interface BlockBindOptions {
  /** Name or address to bind to. Defaults, as in Node, to `'0.0.0.0'` or `'::'`, by the socket's type. */
  readonly host?: string | undefined
  /** A port of the block. Defaults to any free one, chosen by the kernel. */
  readonly port?: number | undefined
  /**
   * Share the port with other sockets of this block that ask for it too (SO_REUSEADDR). The first may leave `port` out,
   * the others name the one that it got. Which of them gets a datagram is the system's choice. It counts in place of the
   * `reuseAddr` that the dgram socket was created with. Defaults to false.
   */
  readonly reuseAddr?: boolean | undefined
  /** Take no IPv4 on an IPv6 address. It counts in place of the one that the dgram socket was created with. */
  readonly ipv6Only?: boolean | undefined
  /** Gives up, unless the socket has its port already: then it is bound. */
  readonly signal?: AbortSignal | undefined
}

export interface BlockConnectOptions {
  /** Name or address to connect to. Defaults to `'localhost'`. All of a name's addresses are tried in turn. */
  readonly host?: string | undefined
  /** Port to connect to, 1 to 65535. */
  readonly port: number
  /** The source port: a port of the block. Defaults to any free one, chosen by the kernel. */
  readonly localPort?: number | undefined
  /** Gives up connecting: the promise rejects with an `AbortError`. An open connection stays. */
  readonly signal?: AbortSignal | undefined
}

/** A bound socket and where it is bound. */
interface BoundSocket {
  readonly socket: WinsockSocket
  readonly local: AddressInfo
}

/** Buffers of calls that are over, for those to come. */
const spareTokens: Uint8Array[] = []

/** Servers that are on their way to listening, which `server.listening` does not tell. */
const startingServers = new WeakSet<Server>()

const NO_IPV6: ReadonlySet<unknown> = new Set(['WSAEAFNOSUPPORT', 'EAFNOSUPPORT', 'EADDRNOTAVAIL'])

/**
 * A block of consecutive ports that is reserved, and whose ports are used by binding sockets out of it. Iterating over
 * it yields its ports. Which of them are free is the kernel's business: concurrent calls never get one port twice.
 */
export abstract class PortBlock implements PortRange {
  readonly protocol: Protocol
  /** First port. */
  readonly startPort: number
  /** Last port. */
  readonly endPort: number
  /** Number of ports. */
  readonly count: number
  readonly #transport: Transport
  #token: bigint
  /** The sockets of calls that have no port yet. */
  #binding: Set<WinsockSocket> | undefined

  protected constructor(transport: Transport, range: PortRange, token: bigint) {
    this.protocol = range.protocol
    this.startPort = range.startPort
    this.endPort = range.startPort + range.count - 1
    this.count = range.count
    this.#transport = transport
    this.#token = token
  }

  /** The kernel's 64-bit name of the reservation. It may change when the machine restarts. */
  get token(): bigint {
    return this.#token
  }

  protected abstract get kind(): 'runtime' | 'persistent'

  /** False once the block may not be used any more. */
  protected abstract isHeld(): boolean

  /** Learns the token anew before it is used, where it may have changed. */
  protected freshToken?(signal: AbortSignal | undefined): Promise<bigint>

  /** Makes a control call that reads the token: ASSOCIATE or RELEASE. */
  protected async callWithToken(socket: WinsockSocket, code: number, options?: IoctlOptions): Promise<void> {
    const input = spareTokens.pop() ?? new Uint8Array(INET_PORT_RESERVATION_TOKEN.size)
    INET_PORT_RESERVATION_TOKEN.encode({ Token: this.#token }, input)
    try {
      await socket.ioctlAsync(code, input, null, options)
    } finally {
      spareTokens.push(input) // the call is settled, and it is the caller's again
    }
  }

  contains(port: number): boolean {
    return Number.isInteger(port) && port >= this.startPort && port <= this.endPort
  }

  *[Symbol.iterator](): Generator<number, void, undefined> {
    for (let port = this.startPort; port <= this.endPort; port++) yield port
  }

  /** For JSON.stringify: the token as a string, because JSON has no 64-bit integers. */
  toJSON(): { protocol: Protocol; startPort: number; endPort: number; count: number; token: string } {
    const { protocol, startPort, endPort, count, token } = this
    return { protocol, startPort, endPort, count, token: String(token) }
  }

  /**
   * Makes a server listen on a port of this TCP block, and resolves to its address. Any `net.Server` will do: http,
   * https, http2, tls. The server is closed as ever, with `server.close()`; releasing the block leaves it alone.
   *
   * Rejects with `ERR_RESERVATION_EXHAUSTED` if no port is free, `EADDRINUSE` if the one asked for is not,
   * `ERR_RESERVATION_RELEASED` if the block is released before the server has its port, an `AbortError`, or whatever
   * Node's own listen fails with. The server is then not listening, and nothing is left open.
   */
  async listen(server: Server, options: BlockListenOptions = {}): Promise<AddressInfo> {
    this.#checkProtocol('tcp', 'listen()')
    checkNodeObject('server', server, 'a net.Server, such as http.createServer() returns', [
      'listen',
      'address',
      'close',
    ])
    checkObject('options', options)
    const { backlog, host, ipv6Only } = options
    const signal = deriveSignal(options.signal)
    const port = checkPortOf(this, 'port', options.port)
    checkBacklog(backlog)
    checkOption('ipv6Only', ipv6Only)
    this.#checkUsable(signal)
    if (server.listening || startingServers.has(server)) {
      throw new ReservationError('ERR_SERVER_ALREADY_LISTEN', 'The server listens already: close it first.')
    }
    const listen = async (at: HostAddress) => {
      const { socket, local } = await this.#openBound(at, port, signal, { ipv6Only })
      await this.#adopt(() => socket.listen(server, { backlog }), port, signal)
      return local
    }
    startingServers.add(server)
    try {
      if (host !== undefined) return await listen(await this.#resolveLocal(host, signal))
      try {
        return await listen(ANY_IPV6)
      } catch (error) {
        if (!isWithoutIpv6(error)) throw error
        return await listen(ANY_IPV4)
      }
    } finally {
      startingServers.delete(server)
    }
  }

  /**
   * Binds a dgram socket to a port of this UDP block, and resolves to its address. Fails as {@link listen} does; after
   * a failure the socket is unbound still.
   */
  async bind(socket: DatagramSocket, options: BlockBindOptions = {}): Promise<AddressInfo> {
    this.#checkProtocol('udp', 'bind()')
    checkNodeObject('socket', socket, 'a dgram.Socket', ['bind', 'address', 'send'])
    checkObject('options', options)
    const { host, reuseAddr, ipv6Only } = options
    const signal = deriveSignal(options.signal)
    const port = checkPortOf(this, 'port', options.port)
    checkOption('reuseAddr', reuseAddr)
    checkOption('ipv6Only', ipv6Only)
    this.#checkUsable(signal)
    const any = Reflect.get(socket, 'type') === 'udp6' ? ANY_IPV6 : ANY_IPV4
    const at = host === undefined ? any : await this.#resolveLocal(host, signal, any.family)
    if (at.family !== any.family) throw outOfRange('host', `an ${any.family} address, as the socket is`, host)
    const bound = await this.#openBound(at, port, signal, { reuseAddr, ipv6Only })
    await this.#adopt(() => bound.socket.attach(socket), port, signal)
    return bound.local
  }

  /**
   * Opens an outgoing connection whose source port is of this TCP block. Fails as {@link listen} does, or with what
   * Node's own connect fails with, such as `ECONNREFUSED`; an `AggregateError` if several addresses were tried.
   */
  async connect(options: BlockConnectOptions): Promise<Socket> {
    this.#checkProtocol('tcp', 'connect()')
    checkObject('options', options)
    const { host = 'localhost', port } = options
    const signal = deriveSignal(options.signal)
    checkRemotePort(port)
    const localPort = checkPortOf(this, 'localPort', options.localPort)
    this.#checkUsable(signal)
    const addresses = await resolveHost(host, signal)
    const failures: unknown[] = []
    for (const { address, family } of addresses) {
      let bound: BoundSocket | undefined
      try {
        bound = await this.#openBound(family === 'ipv6' ? ANY_IPV6 : ANY_IPV4, localPort, signal)
        const { socket } = bound
        return await this.#adopt(() => socket.connect({ address, port }, { signal }), localPort, signal)
      } catch (error) {
        const mayTryNext = bound !== undefined || isWithoutIpv6(error)
        if (!mayTryNext || signal?.aborted === true || addresses.length === 1) throw error
        failures.push(error)
      }
    }
    const last = failures.at(-1)
    const code = last instanceof Error && 'code' in last ? last.code : undefined
    throw Object.assign(new AggregateError(failures, `Could not connect to ${host}:${port} (${code})`), { code })
  }

  /** Turns away new calls and ends those that have no port yet; for the end of the block. */
  protected abandonCalls(): void {
    for (const socket of this.#binding ?? []) closeQuietly(socket)
  }

  /** Publishes a failure, and returns it to be thrown. */
  protected reportFailure(operation: FailureMessage['operation'], error: unknown): unknown {
    if (channels.failure.hasSubscribers) publish('failure', this.#transport, this, { operation, error })
    return error
  }

  /** Opens a socket, associates it and binds it. */
  async #openBound(
    at: HostAddress,
    port: number,
    signal: AbortSignal | undefined,
    options: BindOptions = {},
  ): Promise<BoundSocket> {
    this.#checkUsable(signal)
    if (this.freshToken !== undefined) {
      this.#token = await this.freshToken(signal)
      this.#checkUsable(signal)
    }
    let socket: WinsockSocket | undefined
    let operation: FailureMessage['operation'] = 'associate'
    try {
      socket = this.#transport.openSocket({ protocol: this.protocol, family: at.family })
      this.#binding ??= new Set()
      this.#binding.add(socket)
      await this.callWithToken(socket, SIO_ASSOCIATE_PORT_RESERVATION, { signal })
      this.#checkUsable(signal)
      if (channels.associate.hasSubscribers) publish('associate', this.#transport, this, { token: this.#token })
      operation = 'bind'
      socket.bind({ address: at.address, port }, options)
      const local = socket.localAddress()
      if (channels.bind.hasSubscribers) publish('bind', this.#transport, this, { address: local })
      return { socket, local }
    } catch (error) {
      if (socket !== undefined) closeQuietly(socket)
      throw this.reportFailure(operation, this.#endFor(signal) ?? explainUse(error, this, this.kind, port, options))
    } finally {
      if (socket !== undefined) this.#binding?.delete(socket)
    }
  }

  /** Hands a bound socket to Node; the socket is closed if that fails. */
  async #adopt<Result>(adopt: () => Promise<Result>, port: number, signal: AbortSignal | undefined): Promise<Result> {
    try {
      return await adopt()
    } catch (error) {
      const aborted = signal?.aborted === true ? new AbortError({ cause: signal.reason }) : undefined
      throw this.reportFailure('adopt', aborted ?? explainUse(error, this, this.kind, port))
    }
  }

  async #resolveLocal(host: string, signal: AbortSignal | undefined, family?: AddressFamily): Promise<HostAddress> {
    const [first] = await resolveHost(host, signal, family)
    if (first === undefined) throw outOfRange('host', 'a host that has an address', host)
    return first
  }

  #checkUsable(signal: AbortSignal | undefined): void {
    const end = this.#endFor(signal)
    if (end !== undefined) throw end
  }

  /** Why a call may not go on, if so. */
  #endFor(signal: AbortSignal | undefined): Error | undefined {
    if (signal?.aborted === true) return new AbortError({ cause: signal.reason })
    return this.isHeld() ? undefined : explainEnd(this, this.kind)
  }

  #checkProtocol(protocol: Protocol, call: string): void {
    if (this.protocol !== protocol) throw outOfRange('protocol', `'${protocol}' for ${call}`, this.protocol)
  }
}

function isWithoutIpv6(error: unknown): boolean {
  const cause = error instanceof ReservationError ? error.cause : error
  if (cause instanceof SystemCallError) return NO_IPV6.has(cause.code)
  return cause instanceof Error && 'code' in cause && NO_IPV6.has(cause.code)
}
