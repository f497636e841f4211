import type { Socket as DatagramSocket } from 'node:dgram'
import type { AddressInfo, Server, Socket } from 'node:net'
import { checkObject, outOfRange } from '@winport/definitions'
import type { AddressFamily, PortRange, Protocol } from '@winport/transport'
import { codeOf } from '@winport/transport/backend'
import type { BlockSockets, BoundSocket } from './block-sockets.js'
import { ANY_IPV4, ANY_IPV6, type HostAddress, resolveHost, toIpv4, toIpv6 } from './host-address.js'
import type {
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
import { ReservationError } from './reservation-error.js'

/** Servers that `listen` was called for and that do not listen yet. `server.listening` does not say so. */
const startingServers = new WeakSet<Server>()

const NO_IPV6: ReadonlySet<unknown> = new Set(['WSAEAFNOSUPPORT', 'EAFNOSUPPORT', 'EADDRNOTAVAIL'])

/** A block over its sockets, whatever reserves it. */
export class ReservedBlock implements PortBlock {
  readonly protocol: Protocol
  readonly startPort: number
  readonly endPort: number
  readonly count: number
  token: bigint
  readonly #sockets: BlockSockets

  constructor({ protocol, startPort, count }: PortRange, token: bigint, sockets: BlockSockets) {
    this.protocol = protocol
    this.startPort = startPort
    this.endPort = startPort + count - 1
    this.count = count
    this.token = token
    this.#sockets = sockets
  }

  contains(port: number): boolean {
    return Number.isInteger(port) && port >= this.startPort && port <= this.endPort
  }

  *[Symbol.iterator](): Generator<number, void, undefined> {
    for (let port = this.startPort; port <= this.endPort; port++) yield port
  }

  toJSON(): PortBlockJSON {
    const { protocol, startPort, endPort, count, token } = this
    return { protocol, startPort, endPort, count, token: String(token) }
  }

  async listen(server: Server, options: BlockListenOptions = {}): Promise<AddressInfo> {
    this.#checkProtocol('tcp', 'listen()')
    checkNodeObject('server', server, 'a net.Server, such as http.createServer() returns', [
      'listen',
      'address',
      'close',
    ])
    checkObject('options', options)
    const { backlog, host, ipv6Only } = options
    const signal = checkSignal(options.signal)
    const port = checkPortOf(this, 'port', options.port)
    checkBacklog(backlog)
    checkOption('ipv6Only', ipv6Only)
    this.#sockets.checkUsable(signal)
    if (server.listening || startingServers.has(server)) {
      throw new ReservationError('ERR_SERVER_ALREADY_LISTEN', 'The server listens already: close it first.')
    }
    const listen = async (at: HostAddress) => {
      const { socket, local } = await this.#sockets.bind(at, port, signal, { ipv6Only })
      await this.#sockets.adopt(() => socket.listen(server, { backlog }), port, signal)
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

  async bind(socket: DatagramSocket, options: BlockBindOptions = {}): Promise<AddressInfo> {
    this.#checkProtocol('udp', 'bind()')
    checkNodeObject('socket', socket, 'a dgram.Socket', ['bind', 'address', 'send'])
    checkObject('options', options)
    const { host, reuseAddr, ipv6Only } = options
    const signal = checkSignal(options.signal)
    const port = checkPortOf(this, 'port', options.port)
    checkOption('reuseAddr', reuseAddr)
    checkOption('ipv6Only', ipv6Only)
    this.#sockets.checkUsable(signal)
    const any = Reflect.get(socket, 'type') === 'udp6' ? ANY_IPV6 : ANY_IPV4
    const at = host === undefined ? any : await this.#resolveLocal(host, signal, any.family)
    if (at.family !== any.family) throw outOfRange('host', `an ${any.family} address, as the socket is`, host)
    const bound = await this.#sockets.bind(at, port, signal, { reuseAddr, ipv6Only })
    await this.#sockets.adopt(() => bound.socket.attach(socket), port, signal)
    return any.family === 'ipv4' ? toIpv4(bound.local) : bound.local
  }

  async connect(options: BlockConnectOptions): Promise<Socket> {
    this.#checkProtocol('tcp', 'connect()')
    checkObject('options', options)
    const { host = 'localhost', port } = options
    const signal = checkSignal(options.signal)
    checkRemotePort(port)
    const localPort = checkPortOf(this, 'localPort', options.localPort)
    this.#sockets.checkUsable(signal)
    const addresses = await resolveHost(host, signal)
    const failures: unknown[] = []
    for (const { address, family } of addresses) {
      let bound: BoundSocket | undefined
      try {
        bound = await this.#sockets.bind(family === 'ipv6' ? ANY_IPV6 : ANY_IPV4, localPort, signal)
        const { socket } = bound
        const remote = socket.family === 'ipv6' ? toIpv6({ address, family }) : { address }
        const to = { address: remote.address, port }
        return await this.#sockets.adopt(() => socket.connect(to, { signal }), localPort, signal)
      } catch (error) {
        const mayTryNext = bound !== undefined || isWithoutIpv6(error)
        if (!mayTryNext || signal?.aborted === true || addresses.length === 1) throw error
        failures.push(error)
      }
    }
    const code = codeOf(failures.at(-1))
    throw Object.assign(new AggregateError(failures, `Could not connect to ${host}:${port} (${code})`), { code })
  }

  async #resolveLocal(host: string, signal: AbortSignal | undefined, family?: AddressFamily): Promise<HostAddress> {
    const [first] = await resolveHost(host, signal, family)
    if (first === undefined) throw outOfRange('host', 'a host that has an address', host)
    return first
  }

  #checkProtocol(protocol: Protocol, call: string): void {
    if (this.protocol !== protocol) throw outOfRange('protocol', `'${protocol}' for ${call}`, this.protocol)
  }
}

function isWithoutIpv6(error: unknown): boolean {
  const cause = error instanceof ReservationError ? error.cause : error
  return NO_IPV6.has(codeOf(cause))
}
