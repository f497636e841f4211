import type { AddressInfo } from 'node:net'
import { SIO_ASSOCIATE_PORT_RESERVATION } from '@winport/definitions'
import { AbortError, type BindOptions, type PortRange, type Transport, type WinsockSocket } from '@winport/transport'
import { closeQuietly } from './close-quietly.js'
import { channels, type FailureMessage, publish } from './diagnostics.js'
import { explainEnd, explainUse, type ReservationKind } from './explain-error.js'
import type { HostAddress } from './host-address.js'
import { callWithToken } from './token-call.js'

/** A bound socket and its address. */
export interface BoundSocket {
  readonly socket: WinsockSocket
  readonly local: AddressInfo
}

/** What the sockets of a block need to know about its reservation. */
export interface ReservationAccess {
  readonly kind: ReservationKind
  /** False once the block may no longer be used. */
  isHeld(): boolean
  /** The token for the next call. It is looked up where a restart of the machine may have changed it. */
  token(signal: AbortSignal | undefined): bigint | Promise<bigint>
}

/** The sockets of one block: opens them, binds them to ports of the block and passes them to Node. */
export class BlockSockets {
  readonly #transport: Transport
  readonly #range: PortRange
  readonly #reservation: ReservationAccess
  /** The sockets of calls that have no port yet. */
  #binding: Set<WinsockSocket> | undefined

  constructor(transport: Transport, range: PortRange, reservation: ReservationAccess) {
    this.#transport = transport
    this.#range = range
    this.#reservation = reservation
  }

  /** Opens a socket, associates it with the reservation and binds it to a port of the block; 0 is any free port. */
  async bind(
    at: HostAddress,
    port: number,
    signal: AbortSignal | undefined,
    options: BindOptions = {},
  ): Promise<BoundSocket> {
    this.checkUsable(signal)
    const token = await this.#token(signal)
    let socket: WinsockSocket | undefined
    let operation: FailureMessage['operation'] = 'associate'
    try {
      socket = this.#transport.openSocket({ protocol: this.#range.protocol, family: at.family })
      this.#binding ??= new Set()
      this.#binding.add(socket)
      await callWithToken(socket, SIO_ASSOCIATE_PORT_RESERVATION, token, { signal })
      this.checkUsable(signal)
      if (channels.associate.hasSubscribers) publish('associate', this.#transport, this.#range, { token })
      operation = 'bind'
      socket.bind({ address: at.address, port }, options)
      const local = socket.localAddress()
      if (channels.bind.hasSubscribers) publish('bind', this.#transport, this.#range, { address: local })
      return { socket, local }
    } catch (error) {
      if (socket !== undefined) closeQuietly(socket)
      throw this.reportFailure(operation, this.#endFor(signal) ?? this.#explain(error, port, options))
    } finally {
      if (socket !== undefined) this.#binding?.delete(socket)
    }
  }

  /** Passes a bound socket to Node. The socket is closed if that fails. @param port the port that was asked for */
  async adopt<Result>(adopt: () => Promise<Result>, port: number, signal: AbortSignal | undefined): Promise<Result> {
    try {
      return await adopt()
    } catch (error) {
      const aborted = signal?.aborted === true ? new AbortError({ cause: signal.reason }) : undefined
      throw this.reportFailure('adopt', aborted ?? this.#explain(error, port))
    }
  }

  /** Ends the calls that have no port yet. */
  abandon(): void {
    for (const socket of this.#binding ?? []) closeQuietly(socket)
  }

  /** @throws ReservationError `ERR_RESERVATION_RELEASED`, or AbortError, if a call must not go on */
  checkUsable(signal: AbortSignal | undefined): void {
    const end = this.#endFor(signal)
    if (end !== undefined) throw end
  }

  /** Publishes a failure, and returns it to be thrown. */
  reportFailure(operation: FailureMessage['operation'], error: unknown): unknown {
    if (channels.failure.hasSubscribers) publish('failure', this.#transport, this.#range, { operation, error })
    return error
  }

  async #token(signal: AbortSignal | undefined): Promise<bigint> {
    const token = this.#reservation.token(signal)
    if (typeof token === 'bigint') return token
    const lookedUp = await token
    this.checkUsable(signal)
    return lookedUp
  }

  #explain(error: unknown, port: number, options?: BindOptions): unknown {
    return explainUse(error, this.#range, this.#reservation.kind, port, options)
  }

  /** Why a call must not go on, if so. */
  #endFor(signal: AbortSignal | undefined): Error | undefined {
    if (signal?.aborted === true) return new AbortError({ cause: signal.reason })
    return this.#reservation.isHeld() ? undefined : explainEnd(this.#range, this.#reservation.kind)
  }
}
