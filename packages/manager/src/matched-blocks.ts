import type { Socket as DatagramSocket } from 'node:dgram'
import type { AddressInfo, Server, Socket } from 'node:net'
import { untilAborted } from '@winport/transport/backend'
import type { MatchedReservation, MatchedReservationJSON } from './matched-reservation.js'
import type { BlockAttachOptions, BlockBindOptions, BlockConnectOptions, BlockListenOptions } from './port-block.js'
import { readSignalOption } from './request-arguments.js'
import type { ReleaseOptions, RuntimeReservation } from './runtime-reservation.js'

/** Two blocks of the same range as one. */
export class MatchedBlocks implements MatchedReservation {
  readonly tcp: RuntimeReservation
  readonly udp: RuntimeReservation
  readonly startPort: number
  readonly endPort: number
  readonly count: number

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

  [Symbol.iterator](): Iterator<number> {
    return this.tcp[Symbol.iterator]()
  }

  toJSON(): MatchedReservationJSON {
    const { startPort, endPort, count, tcp, udp } = this
    return { startPort, endPort, count, tokens: { tcp: String(tcp.token), udp: String(udp.token) } }
  }

  listen(server: Server, options?: BlockListenOptions): Promise<AddressInfo> {
    return this.tcp.listen(server, options)
  }

  attach<Owner extends Server | DatagramSocket>(owner: Owner, options?: BlockAttachOptions): Owner {
    const isSocket = typeof owner === 'object' && owner !== null && 'send' in owner
    return (isSocket ? this.udp : this.tcp).attach(owner, options)
  }

  connect(options: BlockConnectOptions): Promise<Socket> {
    return this.tcp.connect(options)
  }

  bind(socket: DatagramSocket, options?: BlockBindOptions): Promise<AddressInfo> {
    return this.udp.bind(socket, options)
  }

  /** Releases both, even if one of them fails. */
  async release(options: ReleaseOptions = {}): Promise<void> {
    const signal = readSignalOption(options)
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

/** Keeps one of the two alive for as long as the program has the other. */
const partners = new WeakMap<RuntimeReservation, RuntimeReservation>()
