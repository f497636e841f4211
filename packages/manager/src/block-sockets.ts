import type { AddressInfo } from 'node:net'
import { SIO_ASSOCIATE_PORT_RESERVATION } from '@winport/definitions'
import {
  AbortError,
  type BindOptions,
  type PortRange,
  SystemCallError,
  type Transport,
  type WinsockSocket,
} from '@winport/transport'
import { untilAborted } from '@winport/transport/backend'
import type { Anchor } from './anchor.js'
import type { Preparation, TrialAddress, TrialResult } from './anchor-policy.js'
import { closeQuietly } from './close-quietly.js'
import { channels, type FailureMessage, publish } from './diagnostics.js'
import {
  explainAssociate,
  explainBind,
  explainEnd,
  explainOutside,
  explainUnserved,
  explainUse,
  type ReservationKind,
} from './explain-error.js'
import { type HostAddress, toIpv6 } from './host-address.js'
import { mayMeanEnded, mayMeanUnserved, meaningOf } from './refusals.js'
import { ReservationError } from './reservation-error.js'
import { callWithToken } from './token-call.js'

/** A bound socket and its address. */
export interface BoundSocket {
  readonly socket: WinsockSocket
  readonly local: AddressInfo
}

/** What the sockets of a block need to know about its reservation. */
export interface ReservationAccess {
  readonly kind: ReservationKind
  /** The anchor of a runtime reservation. */
  readonly anchor?: Anchor
  /** False once the block may no longer be used. */
  isHeld(): boolean
  /** The token for the next call. It is looked up where a restart of the machine may have changed it. */
  token(signal: AbortSignal | undefined): bigint | Promise<bigint>
  /** Whether the system still has the reservation under this token; undefined if that is not known. */
  isCurrent?(token: bigint, signal: AbortSignal | undefined): Promise<boolean | undefined>
}

/** Why a socket was not bound. */
interface Refusal {
  readonly step: 'open' | 'associate' | 'bind' | 'name'
  readonly error: unknown
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
    const { anchor } = this.#reservation
    for (;;) {
      let token = this.#reservation.token(signal)
      if (typeof token !== 'bigint') {
        token = await token
        this.checkUsable(signal)
      }
      const revision = anchor?.policy.revision ?? 0
      const outcome = await this.#bindPrepared(at, port, token, signal, options)
      const isRefused = 'error' in outcome
      if (channels.associate.hasSubscribers && (!isRefused || hasAssociated(outcome))) {
        publish('associate', this.#transport, this.#range, { token })
      }
      if (!isRefused) {
        anchor?.policy.noteServed(at.family)
        const { local } = outcome
        if (channels.bind.hasSubscribers) publish('bind', this.#transport, this.#range, { address: local })
        return outcome
      }
      if (this.#endFor(signal) === undefined && (await this.#learn(outcome, revision, at))) continue
      const failure = this.#endFor(signal) ?? (await this.#explainRefusal(outcome, port, token, signal, options))
      throw this.reportFailure(hasAssociated(outcome) ? 'bind' : 'associate', failure)
    }
  }

  /** Passes a bound socket to Node. The socket is closed if that fails. @param port the port that was asked for */
  async adopt<Result>(adopt: () => Promise<Result>, port: number, signal: AbortSignal | undefined): Promise<Result> {
    try {
      return await adopt()
    } catch (error) {
      // A manager that closes closes the sockets that Node does not have yet.
      const isClosed = error instanceof SystemCallError && error.code === 'WSAENOTSOCK'
      const end = isClosed || signal?.aborted === true ? this.#endFor(signal) : undefined
      throw this.reportFailure('adopt', end ?? explainUse(error, this.#range, port))
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

  /** Binds a socket in the way that the policy of the anchor says. */
  async #bindPrepared(
    at: HostAddress,
    port: number,
    token: bigint,
    signal: AbortSignal | undefined,
    options: BindOptions,
  ): Promise<BoundSocket | Refusal> {
    const { anchor } = this.#reservation
    if (anchor === undefined) return await this.#attempt(at, port, token, signal, options)
    if (!anchor.isPrepared) {
      try {
        await untilAborted(anchor.prepare(anchor.policy.preparation), signal)
      } catch (error) {
        return { step: 'associate', error }
      }
    }
    const { mapsIpv4 } = anchor.policy
    const target = mapsIpv4 ? toIpv6(at) : at
    const mode = mapsIpv4 && at.family === 'ipv4' ? { ...options, ipv6Only: false } : options
    const outcome = await this.#attempt(target, port, token, signal, mode)
    if (port !== 0 || anchor.port === undefined || !isExhausted(outcome)) return outcome
    const last = await this.#attempt(target, anchor.port, token, signal, mode)
    return 'error' in last ? outcome : last
  }

  /** Makes the calls that bind one socket. */
  async #attempt(
    at: HostAddress,
    port: number,
    token: bigint,
    signal: AbortSignal | undefined,
    options: BindOptions,
  ): Promise<BoundSocket | Refusal> {
    let socket: WinsockSocket | undefined
    let step: Refusal['step'] = 'open'
    try {
      socket = this.#transport.openSocket({ protocol: this.#range.protocol, family: at.family })
      this.#binding ??= new Set()
      this.#binding.add(socket)
      step = 'associate'
      await callWithToken(socket, SIO_ASSOCIATE_PORT_RESERVATION, token, { signal })
      this.checkUsable(signal)
      step = 'bind'
      socket.bind({ address: at.address, port }, options)
      step = 'name'
      const local = socket.localAddress()
      step = 'bind'
      const { startPort, count } = this.#range
      if (local.port < startPort || local.port >= startPort + count) throw explainOutside(this.#range, local.port)
      return { socket, local }
    } catch (error) {
      if (socket !== undefined) closeQuietly(socket)
      return { step, error }
    } finally {
      if (socket !== undefined) this.#binding?.delete(socket)
    }
  }

  /** @returns whether the policy of the anchor knows more than before the refused call: the call must be made again */
  async #learn({ step, error }: Refusal, revision: number, { family }: HostAddress): Promise<boolean> {
    const { anchor } = this.#reservation
    if (anchor === undefined || step === 'open' || step === 'name') return false
    if (!(error instanceof SystemCallError ? mayMeanUnserved(error) : error instanceof ReservationError)) return false
    return await anchor.policy.learn(revision, family, {
      anchorFamily: anchor.family,
      prepare: (preparation) => this.#prepare(anchor, preparation),
      try: (address) => this.#try(anchor, address),
    })
  }

  async #prepare(anchor: Anchor, preparation: Preparation): Promise<boolean> {
    try {
      await anchor.prepare(preparation)
      return this.#reservation.isHeld()
    } catch {
      return false
    }
  }

  async #try(anchor: Anchor, address: TrialAddress): Promise<TrialResult> {
    const at: HostAddress = { address, family: address === '127.0.0.1' ? 'ipv4' : 'ipv6' }
    const token = await this.#reservation.token(undefined)
    let outcome = await this.#attempt(at, 0, token, undefined, {})
    if (anchor.port !== undefined && isExhausted(outcome)) {
      outcome = await this.#attempt(at, anchor.port, token, undefined, {})
    }
    if ('error' in outcome) return hasAssociated(outcome) ? 'not bound' : 'not associated'
    closeQuietly(outcome.socket)
    return 'served'
  }

  async #explainRefusal(
    { step, error }: Refusal,
    port: number,
    token: bigint,
    signal: AbortSignal | undefined,
    options: BindOptions,
  ): Promise<unknown> {
    const { kind, anchor } = this.#reservation
    if (step === 'open' || step === 'name' || !(error instanceof SystemCallError))
      return explainUse(error, this.#range, port)
    if (step === 'bind' && anchor?.policy.hasServed === false && mayMeanUnserved(error)) {
      return explainUnserved(error, this.#range)
    }
    const isCurrent = mayMeanEnded(error) ? await this.#reservation.isCurrent?.(token, signal) : undefined
    return step === 'bind'
      ? explainBind(error, this.#range, kind, port, options, isCurrent)
      : explainAssociate(error, this.#range, kind, port, isCurrent)
  }

  /** Why a call must not go on, if so. */
  #endFor(signal: AbortSignal | undefined): Error | undefined {
    if (signal?.aborted === true) return new AbortError({ cause: signal.reason })
    return this.#reservation.isHeld() ? undefined : explainEnd(this.#range, this.#reservation.kind)
  }
}

function hasAssociated({ step }: Refusal): boolean {
  return step === 'bind' || step === 'name'
}

function isExhausted(outcome: BoundSocket | Refusal): boolean {
  if (!('error' in outcome) || outcome.step !== 'bind' || !(outcome.error instanceof SystemCallError)) return false
  return meaningOf(outcome.error, 'bind-any-port') === 'exhausted'
}
