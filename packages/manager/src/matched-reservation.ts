import type { Socket as DatagramSocket } from 'node:dgram'
import type { AddressInfo, Server, Socket } from 'node:net'
import { untilAborted } from '@winport/transport/backend'
import type { BlockBindOptions, BlockConnectOptions, BlockListenOptions } from './port-block.js'
import { type ReleaseOptions, type RuntimeReservation, readReleaseOptions } from './runtime-reservation.js'

/** One range of ports, reserved for TCP and for UDP: two reservations that are used and released as one. */
export class MatchedReservation implements AsyncDisposable {
  readonly tcp: RuntimeReservation
  readonly udp: RuntimeReservation
  /** First port. */
  readonly startPort: number
  /** Last port. */
  readonly endPort: number
  /** Number of ports. */
  readonly count: number

  /** @internal Use `ReservationManager.acquireMatched`. */
  constructor(tcp: RuntimeReservation, udp: RuntimeReservation) {
    this.tcp = tcp
    this.udp = udp
    partners.set(tcp, udp).set(udp, tcp)
    this.startPort = tcp.startPort
    this.endPort = tcp.endPort
    this.count = tcp.count
  }

  /** True once both are released. */
  get released(): boolean {
    return this.tcp.released && this.udp.released
  }

  contains(port: number): boolean {
    return this.tcp.contains(port)
  }

  [Symbol.iterator](): Generator<number, void, undefined> {
    return this.tcp[Symbol.iterator]()
  }

  /** For JSON.stringify: the tokens as strings, because JSON has no 64-bit integers. */
  toJSON(): { startPort: number; endPort: number; count: number; tokens: { tcp: string; udp: string } } {
    const { startPort, endPort, count, tcp, udp } = this
    return { startPort, endPort, count, tokens: { tcp: String(tcp.token), udp: String(udp.token) } }
  }

  /** Makes a server listen on a TCP port of the block. See {@link PortBlock.listen}. */
  listen(server: Server, options?: BlockListenOptions): Promise<AddressInfo> {
    return this.tcp.listen(server, options)
  }

  /** Opens a connection whose source port is a TCP port of the block. See {@link PortBlock.connect}. */
  connect(options: BlockConnectOptions): Promise<Socket> {
    return this.tcp.connect(options)
  }

  /** Binds a dgram socket to a UDP port of the block. See {@link PortBlock.bind}. */
  bind(socket: DatagramSocket, options?: BlockBindOptions): Promise<AddressInfo> {
    return this.udp.bind(socket, options)
  }

  /** Releases both, whatever becomes of the other. Twice is no error. See {@link RuntimeReservation.release}. */
  async release(options: ReleaseOptions = {}): Promise<void> {
    const signal = readReleaseOptions(options)
    await untilAborted(this.#release(), signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  async #release(): Promise<void> {
    const outcomes = await Promise.allSettled([this.tcp.release(), this.udp.release()])
    const [first, second] = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    if (second !== undefined)
      throw Object.assign(new AggregateError([first, second], first.message), { code: first.code })
    if (first !== undefined) throw first
  }
}

/** Whoever has one of the two holds the other. */
const partners = new WeakMap<RuntimeReservation, RuntimeReservation>()
