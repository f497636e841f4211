import type { Socket as DatagramSocket } from 'node:dgram'
import type { AddressInfo, Server, Socket } from 'node:net'
import { checkKnownOptions, checkObject, invalidArgType, outOfRange } from '@winport/definitions'
import type { AddressFamily, BindOptions, NodeHandle, PortRange, Protocol } from '@winport/transport'
import {
  type BoundHandle,
  closeGuard,
  codeOf,
  type DatagramBindRequest,
  interceptBind,
  interceptListen,
  type ListenRequest,
  newServerHandle,
} from '@winport/transport/backend'
import type { BindRequest, BlockSockets, BoundSocket, Use } from './block-sockets.js'
import { closeQuietly } from './close-quietly.js'
import { describeRange } from './explain-error.js'
import {
  ANY_IPV4,
  ANY_IPV6,
  type HostAddress,
  isNoHost,
  resolveHost,
  toHostAddress,
  toIpv4,
  toIpv6,
} from './host-address.js'
import type {
  BlockAttachOptions,
  BlockBindOptions,
  BlockConnectOptions,
  BlockListenOptions,
  PortBlock,
  PortBlockJSON,
} from './port-block.js'
import {
  checkBacklog,
  checkNodeObject,
  checkOption,
  checkPortOf,
  checkRemotePort,
  checkSignal,
} from './request-arguments.js'
import { isReservationError, ReservationError } from './reservation-error.js'

/** Servers that `listen` was called for, with what throws once they are closed. `server.listening` does not say so. */
const startingServers = new WeakMap<Server, () => void>()

const NO_IPV6: ReadonlySet<unknown> = new Set(['WSAEAFNOSUPPORT', 'EAFNOSUPPORT', 'EADDRNOTAVAIL'])

/**
 * What connect answers if an earlier connection between the same two ports is in TIME_WAIT: on Windows, and on Linux. A port that is
 * bound can still be in that state, so another one is tried.
 */
const SOURCE_IN_USE: ReadonlySet<unknown> = new Set(['EADDRINUSE', 'EADDRNOTAVAIL'])
const MOST_SOURCE_PORTS = 8

const LISTEN_OPTIONS = ['host', 'port', 'backlog', 'ipv6Only', 'exclusive', 'exclusiveAddressUse', 'signal'] as const
const BIND_OPTIONS = [
  'host',
  'address',
  'port',
  'reuseAddr',
  'ipv6Only',
  'exclusive',
  'exclusiveAddressUse',
  'signal',
] as const
const CONNECT_OPTIONS = [
  'host',
  'port',
  'localAddress',
  'localPort',
  'family',
  'hints',
  'lookup',
  'noDelay',
  'keepAlive',
  'keepAliveInitialDelay',
  'timeout',
  'allowHalfOpen',
  'autoSelectFamily',
  'autoSelectFamilyAttemptTimeout',
  'signal',
] as const

/** A block over its sockets, whatever reserves it. */
export class ReservedBlock implements PortBlock {
  readonly protocol: Protocol
  readonly startPort: number
  readonly endPort: number
  readonly count: number
  token: bigint
  readonly tokenScope: string
  readonly #sockets: BlockSockets

  constructor({ protocol, startPort, count }: PortRange, token: bigint, tokenScope: string, sockets: BlockSockets) {
    this.protocol = protocol
    this.startPort = startPort
    this.endPort = startPort + count - 1
    this.count = count
    this.token = token
    this.tokenScope = tokenScope
    this.#sockets = sockets
  }

  contains(port: number): boolean {
    return Number.isInteger(port) && port >= this.startPort && port <= this.endPort
  }

  *[Symbol.iterator](): Generator<number, void, undefined> {
    for (let port = this.startPort; port <= this.endPort; port++) yield port
  }

  toJSON(): PortBlockJSON {
    const { protocol, startPort, endPort, count, token, tokenScope } = this
    return { protocol, startPort, endPort, count, token: String(token), tokenScope }
  }

  async listen(server: Server, options: BlockListenOptions = {}): Promise<AddressInfo> {
    this.#checkProtocol('tcp', 'listen()')
    checkServer(server)
    checkObject('options', options)
    checkKnownOptions(options, LISTEN_OPTIONS)
    const { backlog, host, ipv6Only, exclusiveAddressUse } = options
    const signal = checkSignal(options.signal)
    const port = checkPortOf(this, 'port', options.port)
    checkBacklog(backlog)
    checkOption('ipv6Only', ipv6Only)
    checkOption('exclusiveAddressUse', exclusiveAddressUse)
    const throwIfClosed = closeGuard(server)
    const use: Use = { signal, throwIfClosed }
    this.#sockets.checkUsable(use)
    if (server.listening || isStarting(server)) {
      throw new ReservationError('ERR_SERVER_ALREADY_LISTEN', 'The server listens already: close it first.')
    }
    const listen = (at: HostAddress) => {
      const request: BindRequest = { syscall: 'listen', at, port, options: { ipv6Only, exclusiveAddressUse } }
      return this.#listenAs(server, backlog, request, use)
    }
    startingServers.set(server, throwIfClosed)
    try {
      const address = typeof host === 'string' ? toHostAddress(host) : undefined
      if (address !== undefined) return await listen(address)
      if (!isNoHost(host)) return await listen(await this.#resolveLocal(host, use))
      try {
        return await listen(ANY_IPV6)
      } catch (error) {
        if (!isWithoutIpv6(error)) throw error
        return await listen(ANY_IPV4)
      }
    } finally {
      if (startingServers.get(server) === throwIfClosed) startingServers.delete(server)
    }
  }

  attach<Owner extends Server | DatagramSocket>(owner: Owner, options: BlockAttachOptions = {}): Owner {
    const isTcp = this.protocol === 'tcp'
    if (isTcp) checkServer(owner)
    else checkDatagramSocket(owner)
    checkObject('options', options)
    checkKnownOptions(options, ['exclusiveAddressUse'])
    const { exclusiveAddressUse } = options
    checkOption('exclusiveAddressUse', exclusiveAddressUse)
    this.#sockets.checkUsable({})
    if (!this.#sockets.canBindNow) {
      const problem =
        `A block of persistent.open cannot be attached: its token is looked up before each use, which takes time, and listen() ` +
        `must not wait. Use persistent.lookup for ${describeRange(this)}, or block.listen().`
      throw new ReservationError('ERR_RESERVATION_UNSUPPORTED', problem)
    }
    if ('listen' in owner) interceptListen(owner, (request) => this.#takeForServer(request, { exclusiveAddressUse }))
    else interceptBind(owner, (request, handle) => this.#takeForSocket(request, handle, { exclusiveAddressUse }))
    return owner
  }

  async bind(socket: DatagramSocket, options: BlockBindOptions = {}): Promise<AddressInfo> {
    this.#checkProtocol('udp', 'bind()')
    checkDatagramSocket(socket)
    checkObject('options', options)
    checkKnownOptions(options, BIND_OPTIONS)
    const { address, reuseAddr, ipv6Only, exclusiveAddressUse } = options
    const host = isNoHost(options.host) ? address : options.host
    const signal = checkSignal(options.signal)
    const port = checkPortOf(this, 'port', options.port)
    checkOption('reuseAddr', reuseAddr)
    checkOption('ipv6Only', ipv6Only)
    checkOption('exclusiveAddressUse', exclusiveAddressUse)
    const use: Use = { signal }
    this.#sockets.checkUsable(use)
    const any = Reflect.get(socket, 'type') === 'udp6' ? ANY_IPV6 : ANY_IPV4
    const at = isNoHost(host) ? any : await this.#resolveLocal(host, use, any.family)
    if (at.family !== any.family) throw outOfRange('host', `an ${any.family} address, as the socket is`, host)
    const request: BindRequest = { syscall: 'bind', at, port, options: { reuseAddr, ipv6Only, exclusiveAddressUse } }
    const bound = await this.#sockets.bind(request, use)
    await this.#sockets.adopt(() => bound.socket.adopt(socket), request, use)
    return any.family === 'ipv4' ? toIpv4(bound.local) : bound.local
  }

  async connect(options: BlockConnectOptions): Promise<Socket> {
    this.#checkProtocol('tcp', 'connect()')
    checkObject('options', options)
    checkKnownOptions(options, CONNECT_OPTIONS)
    const { port, localAddress, hints, lookup } = options
    const host = isNoHost(options.host) ? 'localhost' : options.host
    const signal = checkSignal(options.signal)
    checkRemotePort(port)
    const from = localAddress === undefined ? undefined : checkAddress('localAddress', localAddress)
    const family = readFamily(options.family)
    const localPort = checkPortOf(this, 'localPort', options.localPort)
    const { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay, timeout } = options
    const chosen = { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay, timeout, signal }
    const use: Use = { signal }
    this.#sockets.checkUsable(use)
    const addresses = await resolveHost(host, signal, { family: family ?? from?.family, hints, lookup })
    const failures: unknown[] = []
    for (const remote of addresses) {
      let sourcePorts = localPort === 0 ? Math.min(this.count, MOST_SOURCE_PORTS) : 1
      let bound: BoundSocket | undefined
      const at = from ?? (remote.family === 'ipv6' ? ANY_IPV6 : ANY_IPV4)
      const request: BindRequest = { syscall: 'bind', at, port: localPort }
      for (;;) {
        try {
          bound = await this.#sockets.bind(request, use)
          const { socket } = bound
          const { address } = socket.family === 'ipv6' ? toIpv6(remote) : remote
          const connection = await this.#sockets.adopt(() => socket.connect({ address, port }, chosen), request, use)
          this.#checkSource(connection)
          return connection
        } catch (error) {
          if (bound !== undefined && SOURCE_IN_USE.has(codeOf(error)) && --sourcePorts > 0) {
            bound = undefined
            continue
          }
          const mayTryNext = bound !== undefined || isWithoutIpv6(error)
          if (!mayTryNext || signal?.aborted === true || addresses.length === 1) throw error
          failures.push(error)
          break
        }
      }
    }
    const code = codeOf(failures.at(-1))
    throw Object.assign(new AggregateError(failures, `Could not connect to ${host}:${port} (${code})`), { code })
  }

  /** For a `listen` of an attached server. */
  #takeForServer({ address, port, ipv6Only, reusePort }: ListenRequest, options: BindOptions): BoundHandle {
    if (reusePort) throw withoutReusePort()
    const take = (at: HostAddress): BoundHandle => {
      const request: BindRequest = {
        syscall: 'listen',
        at,
        port: checkPortOf(this, 'port', port),
        options: { ...options, ipv6Only },
      }
      const { socket, local } = this.#sockets.bindNow(request)
      const handle = newServerHandle()
      this.#adoptInto(handle, () => socket.adoptInto(handle), request)
      return { handle, local }
    }
    if (address !== null) return take(checkAddress('host', address))
    try {
      return take(ANY_IPV6)
    } catch (error) {
      if (!isWithoutIpv6(error)) throw error
      return take(ANY_IPV4)
    }
  }

  /** For a `bind` of an attached dgram socket. */
  #takeForSocket(
    { address, port, reuseAddr, ipv6Only, reusePort }: DatagramBindRequest,
    handle: NodeHandle,
    options: BindOptions,
  ): void {
    if (reusePort) throw withoutReusePort()
    const request: BindRequest = {
      syscall: 'bind',
      at: checkAddress('address', address),
      port: checkPortOf(this, 'port', port),
      options: { ...options, reuseAddr, ipv6Only },
    }
    const { socket } = this.#sockets.bindNow(request)
    this.#sockets.adoptNow(() => socket.adoptInto(handle), request)
  }

  #adoptInto(handle: NodeHandle, adopt: () => void, request: BindRequest): void {
    try {
      this.#sockets.adoptNow(adopt, request)
    } catch (error) {
      handle.close()
      throw error
    }
  }

  /** Some runtimes do not connect through the socket that they were given. */
  #checkSource(connection: Socket): void {
    const { localPort } = connection
    if (localPort !== undefined && this.contains(localPort)) return
    connection.destroy()
    const problem =
      `The connection has the source port ${localPort}, which is outside ${describeRange(this)}: this JavaScript runtime ` +
      'did not use the socket that is bound to the block. It is closed. Use Node.js.'
    throw this.#sockets.reportFailure('adopt', new ReservationError('ERR_RESERVATION_UNSUPPORTED', problem))
  }

  async #listenAs(server: Server, backlog: number | undefined, request: BindRequest, use: Use): Promise<AddressInfo> {
    const bound = this.#sockets.startBind(request, use)
    const { socket, local } = bound instanceof Promise ? await this.#untilClosed(server, bound, use) : bound
    try {
      use.throwIfClosed?.()
      await socket.listen(server, { backlog })
      return local
    } catch (error) {
      closeQuietly(socket)
      throw this.#sockets.explainAdoption(error, request, use)
    }
  }

  /** Waits for the socket of a server. Ends the call when the server is closed. */
  async #untilClosed(server: Server, bound: Promise<BoundSocket>, use: Use): Promise<BoundSocket> {
    // The event may belong to a close before the call.
    const closed = () => {
      if (use.throwIfClosed !== undefined && isClosed(use.throwIfClosed)) this.#sockets.abandon(use)
    }
    server.on('close', closed)
    try {
      return await bound
    } finally {
      server.off('close', closed)
    }
  }

  async #resolveLocal(host: string, use: Use, family?: AddressFamily): Promise<HostAddress> {
    const [first] = await resolveHost(host, use.signal, { family })
    this.#sockets.checkUsable(use)
    if (first === undefined) throw outOfRange('host', 'a host that has an address', host)
    return first
  }

  #checkProtocol(protocol: Protocol, call: string): void {
    if (this.protocol !== protocol) throw outOfRange('protocol', `'${protocol}' for ${call}`, this.protocol)
  }
}

/** Whether `listen` is under way for a server that was not closed since. */
function isStarting(server: Server): boolean {
  const throwIfClosed = startingServers.get(server)
  return throwIfClosed !== undefined && !isClosed(throwIfClosed)
}

function isClosed(throwIfClosed: () => void): boolean {
  try {
    throwIfClosed()
    return false
  } catch {
    return true
  }
}

function checkServer(server: unknown): asserts server is Server {
  const expected = 'a net.Server, such as http.createServer() returns'
  if (typeof server === 'function') throw invalidArgType('server', `${expected}: pass http.createServer(app)`, server)
  checkNodeObject('server', server, expected, ['listen', 'address', 'close'])
}

function checkDatagramSocket(socket: unknown): asserts socket is DatagramSocket {
  checkNodeObject('socket', socket, 'a dgram.Socket', ['bind', 'address', 'send'])
}

function checkAddress(name: string, address: unknown): HostAddress {
  const at = typeof address === 'string' ? toHostAddress(address) : undefined
  if (at === undefined) throw invalidArgType(name, 'an IP address', address)
  return at
}

function readFamily(family: unknown = 0): AddressFamily | undefined {
  if (family !== 0 && family !== 4 && family !== 6) throw outOfRange('family', '0, 4 or 6', family)
  return family === 0 ? undefined : family === 6 ? 'ipv6' : 'ipv4'
}

function withoutReusePort(): Error {
  return new ReservationError('ENOTSUP', 'Windows has no SO_REUSEPORT: leave reusePort out.')
}

function isWithoutIpv6(error: unknown): boolean {
  const cause = isReservationError(error) ? error.cause : error
  return NO_IPV6.has(codeOf(cause))
}
