import type { AddressInfo } from 'node:net'
import { SIO_ASSOCIATE_PORT_RESERVATION } from '@winport/definitions'
import {
  AbortError,
  type BindOptions,
  type PortRange,
  type SocketAddress,
  type Transport,
  type WinsockSocket,
} from '@winport/transport'
import { isSystemCallError, untilAborted } from '@winport/transport/backend'
import type { UsableAnchor } from './anchor.js'
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
import { asNodeError } from './node-error.js'
import type { PortRotation } from './port-rotation.js'
import type { RefusalHint } from './refusal-hint.js'
import { mayMeanEnded, mayMeanUnserved, meaningOf } from './refusals.js'
import { isReservationError } from './reservation-error.js'
import { type Routine, runLater, runNow, start, step } from './routine.js'
import { callNowWithToken, callWithToken } from './token-call.js'

/** A bound socket and its address. */
export interface BoundSocket {
  readonly socket: WinsockSocket
  readonly local: AddressInfo
}

/** Where a socket is wanted. */
export interface BindRequest {
  /** The call of Node's that its errors name. */
  readonly syscall: 'listen' | 'bind'
  readonly at: HostAddress
  /** A port of the block; 0 is any free one. */
  readonly port: number
  readonly options?: BindOptions
}

/** What ends a call before it has its port. */
export interface Use {
  readonly signal?: AbortSignal | undefined
  /** Throws if the server was closed since the call began. */
  readonly throwIfClosed?: () => void
}

/** What the sockets of a block need to know about its reservation. */
export interface ReservationAccess {
  readonly kind: ReservationKind
  /** The anchor of a runtime reservation. */
  readonly anchor?: UsableAnchor
  /** Which port comes next. Absent where others use the block as well: then the kernel chooses. */
  readonly rotation?: PortRotation
  /** False once the block may no longer be used. */
  isHeld(): boolean
  /** The token; a function that looks it up before each call where a restart of the machine may have changed it. */
  readonly token: bigint | ((signal: AbortSignal | undefined) => Promise<bigint>)
  /** Whether the system still has the reservation under this token; undefined if that is not known. */
  isCurrent?(token: bigint, signal: AbortSignal | undefined): Promise<boolean | undefined>
  readonly hint: RefusalHint | undefined
}

/** Why a socket was not bound. */
interface Refusal {
  readonly step: 'open' | 'associate' | 'bind' | 'name'
  readonly error: unknown
}

/** One attempt to bind a socket. */
interface Attempt {
  readonly address: SocketAddress
  readonly family: HostAddress['family']
  readonly options: BindOptions
}

/** The sockets of one block: opens them, binds them to ports of the block and passes them to Node. */
export class BlockSockets {
  readonly #transport: Transport
  readonly #range: PortRange
  readonly #reservation: ReservationAccess
  /** The sockets of calls that have no port yet. */
  #binding: Map<WinsockSocket, Use> | undefined

  constructor(transport: Transport, range: PortRange, reservation: ReservationAccess) {
    this.#transport = transport
    this.#range = range
    this.#reservation = reservation
  }

  /** Whether a socket can be bound without waiting: the token need not be looked up. */
  get canBindNow(): boolean {
    return typeof this.#reservation.token === 'bigint'
  }

  /** Opens a socket, associates it with the reservation and binds it to a port of the block. */
  async bind(request: BindRequest, use: Use): Promise<BoundSocket> {
    return await this.startBind(request, use)
  }

  /** As {@link bind}, but the socket, or the error, comes without a promise if the system answers at once. */
  startBind(request: BindRequest, use: Use): BoundSocket | Promise<BoundSocket> {
    return start(this.#bind(request, use))
  }

  /** As {@link bind}, with calls that block the thread. Only where {@link canBindNow}. */
  bindNow(request: BindRequest): BoundSocket {
    return runNow(this.#bind(request, {}))
  }

  /** Passes a bound socket to Node. The socket is closed if that fails. */
  async adopt<Result>(adopt: () => Promise<Result>, request: BindRequest, use: Use): Promise<Result> {
    try {
      return await adopt()
    } catch (error) {
      throw this.explainAdoption(error, request, use)
    }
  }

  /** As {@link adopt}, without waiting. */
  adoptNow(adopt: () => void, request: BindRequest): void {
    try {
      adopt()
    } catch (error) {
      throw this.explainAdoption(error, request, {})
    }
  }

  /** Explains why Node did not take a socket over. The socket is closed. */
  explainAdoption(error: unknown, { port }: BindRequest, use: Use): unknown {
    // A manager that closes closes the sockets that Node does not have yet.
    const isClosed = isSystemCallError(error) && error.code === 'WSAENOTSOCK'
    const end = isClosed || use.signal?.aborted === true ? this.#endFor(use) : closedOf(use)
    return this.reportFailure('adopt', end ?? explainUse(error, this.#range, port))
  }

  /** Ends the calls that have no port yet: all, or that of one use. */
  abandon(use?: Use): void {
    for (const [socket, its] of this.#binding ?? []) if (use === undefined || its === use) closeQuietly(socket)
  }

  /** @throws ReservationError `ERR_RESERVATION_RELEASED`, AbortError, or the error of a closed server, if a call must not go on */
  checkUsable(use: Use): void {
    const end = this.#endFor(use)
    if (end !== undefined) throw end
  }

  /** Publishes a failure, and returns it to be thrown. */
  reportFailure(operation: FailureMessage['operation'], error: unknown): unknown {
    if (channels.failure.hasSubscribers) publish('failure', this.#transport, this.#range, { operation, error })
    return error
  }

  *#bind(request: BindRequest, use: Use): Routine<BoundSocket> {
    this.checkUsable(use)
    const { anchor } = this.#reservation
    for (;;) {
      const { token: known } = this.#reservation
      const token = typeof known === 'bigint' ? known : yield* this.#token(use)
      const revision = anchor?.policy.revision ?? 0
      const outcome = yield* this.#bindPrepared(request, token, use)
      const isRefused = 'error' in outcome
      if (channels.associate.hasSubscribers && (!isRefused || hasAssociated(outcome))) {
        publish('associate', this.#transport, this.#range, { token })
      }
      if (!isRefused) {
        anchor?.policy.noteServed(request.at.family)
        const { local } = outcome
        if (channels.bind.hasSubscribers) publish('bind', this.#transport, this.#range, { address: local })
        return outcome
      }
      if (this.#endFor(use) === undefined && (yield* this.#learn(outcome, revision, request.at))) continue
      const failure = this.#endFor(use) ?? (yield* this.#explainRefusal(outcome, request, token, use))
      throw this.reportFailure(hasAssociated(outcome) ? 'bind' : 'associate', failure)
    }
  }

  *#token(use: Use): Routine<bigint> {
    const { token } = this.#reservation
    if (typeof token === 'bigint') return token
    const found = yield* step(
      (): bigint => {
        throw new TypeError('This token is looked up, which takes time')
      },
      () => token(use.signal),
    )
    this.checkUsable(use)
    return found
  }

  /** Binds a socket in the way that the policy of the anchor says. */
  *#bindPrepared({ at, port, options = {} }: BindRequest, token: bigint, use: Use): Routine<BoundSocket | Refusal> {
    const { anchor, rotation } = this.#reservation
    if (anchor?.isPrepared === false) {
      const { preparation } = anchor.policy
      try {
        yield* step(
          () => runNow(anchor.prepare(preparation)),
          () => untilAborted(runLater(anchor.prepare(preparation)), use.signal),
        )
      } catch (error) {
        return { step: 'associate', error }
      }
    }
    const mapsIpv4 = anchor?.policy.mapsIpv4 === true
    const { address, family } = mapsIpv4 ? toIpv6(at) : at
    const mode = mapsIpv4 && at.family === 'ipv4' ? { ...options, ipv6Only: false } : options
    const toPort = (port: number): Attempt => ({ address: { address, port }, family, options: mode })
    // Sockets with reuseAddr share the port that they are bound to by number.
    const rotates = port === 0 && options.reuseAddr !== true
    const outcome = yield* this.#attempt(toPort(port), token, use, () =>
      rotates ? rotation?.candidate(address, anchor?.port) : undefined,
    )
    const last = port === 0 && isExhausted(outcome) ? anchor?.port : undefined
    const final = last === undefined ? outcome : yield* this.#attempt(toPort(last), token, use)
    if ('error' in final) return outcome
    rotation?.noteBound(final.local.port, address)
    if (port === 0) rotation?.advance(final.local.port)
    return final
  }

  /**
   * Makes the calls that bind one socket.
   *
   * @param choose the port to try before that of the attempt, if any; asked when the socket is about to be bound
   */
  *#attempt(
    { address, family, options }: Attempt,
    token: bigint,
    use: Use,
    choose?: () => number | undefined,
  ): Routine<BoundSocket | Refusal> {
    let socket: WinsockSocket | undefined
    let at: Refusal['step'] = 'open'
    try {
      socket = this.#transport.openSocket({ protocol: this.#range.protocol, family })
      at = 'associate'
      yield* this.#associate(socket, token, use)
      this.checkUsable(use)
      at = 'bind'
      if (!isBoundTo(socket, address, options, choose?.())) socket.bind(address, options)
      at = 'name'
      const local = socket.localAddress()
      at = 'bind'
      const { startPort, count } = this.#range
      if (local.port < startPort || local.port >= startPort + count) throw explainOutside(this.#range, local.port)
      return { socket, local }
    } catch (error) {
      if (socket !== undefined) closeQuietly(socket)
      return { step: at, error }
    } finally {
      if (socket !== undefined) this.#binding?.delete(socket)
    }
  }

  /** Makes the socket known to {@link abandon} while the call is pending. */
  #associate(socket: WinsockSocket, token: bigint, use: Use): Routine<void> {
    const now = () => callNowWithToken(socket, SIO_ASSOCIATE_PORT_RESERVATION, token)
    return step(now, () => {
      const pending = callWithToken(socket, SIO_ASSOCIATE_PORT_RESERVATION, token, use.signal)
      if (pending === undefined) return undefined
      this.#binding ??= new Map()
      this.#binding.set(socket, use)
      return pending
    })
  }

  /** @returns whether the policy of the anchor knows more than before the refused call: the call must be made again */
  *#learn({ step: at, error }: Refusal, revision: number, { family }: HostAddress): Routine<boolean> {
    const { anchor } = this.#reservation
    if (anchor === undefined || at === 'open' || at === 'name') return false
    if (!(isSystemCallError(error) ? mayMeanUnserved(error) : isReservationError(error))) return false
    return yield* anchor.policy.learn(revision, family, {
      anchorFamily: anchor.family,
      prepare: (preparation) => this.#prepare(anchor, preparation),
      try: (address) => this.#try(anchor, address),
    })
  }

  *#prepare(anchor: UsableAnchor, preparation: Preparation): Routine<boolean> {
    try {
      yield* anchor.prepare(preparation)
      return this.#reservation.isHeld()
    } catch {
      return false
    }
  }

  *#try(anchor: UsableAnchor, address: TrialAddress): Routine<TrialResult> {
    const token = yield* this.#token({})
    const family = address === '127.0.0.1' ? 'ipv4' : 'ipv6'
    const toPort = (port: number): Attempt => ({ address: { address, port }, family, options: {} })
    let outcome = yield* this.#attempt(toPort(0), token, {})
    if (anchor.port !== undefined && isExhausted(outcome)) {
      outcome = yield* this.#attempt(toPort(anchor.port), token, {})
    }
    if ('error' in outcome) return hasAssociated(outcome) ? 'not bound' : 'not associated'
    closeQuietly(outcome.socket)
    return 'served'
  }

  *#explainRefusal(
    { step: at, error }: Refusal,
    { syscall, at: { address }, port, options = {} }: BindRequest,
    token: bigint,
    { signal }: Use,
  ): Routine<unknown> {
    const { kind, anchor, hint } = this.#reservation
    if (at === 'open' || at === 'name' || !isSystemCallError(error)) return explainUse(error, this.#range, port)
    if (at === 'bind' && kind === 'runtime' && anchor?.policy.hasServed === false && mayMeanUnserved(error)) {
      return explainUnserved(error, this.#range)
    }
    const isCurrent = mayMeanEnded(error)
      ? yield* step(
          () => undefined,
          async () => await this.#reservation.isCurrent?.(token, signal),
        )
      : undefined
    if (at === 'associate') return explainAssociate(error, this.#range, kind, port, isCurrent)
    const explained = explainBind(error, this.#range, kind, port, options, isCurrent, hint)
    return asNodeError(explained, { syscall, address, port })
  }

  /** Why a call must not go on, if so. */
  #endFor(use: Use): unknown {
    const { signal } = use
    if (signal?.aborted === true) return new AbortError({ cause: signal.reason })
    if (!this.#reservation.isHeld()) return explainEnd(this.#range, this.#reservation.kind)
    return closedOf(use)
  }
}

/** Tries to bind a socket to a port that need not be free. */
function isBoundTo(
  socket: WinsockSocket,
  { address }: SocketAddress,
  options: BindOptions,
  port: number | undefined,
): boolean {
  if (port === undefined) return false
  try {
    socket.bind({ address, port }, options)
    return true
  } catch (error) {
    if (!isSystemCallError(error) || meaningOf(error, 'bind-given-port') !== 'taken') throw error
    return false
  }
}

/** The error of a server that was closed since the call began, if it was. */
function closedOf({ throwIfClosed }: Use): unknown {
  try {
    throwIfClosed?.()
  } catch (error) {
    return error
  }
  return undefined
}

function hasAssociated({ step: at }: Refusal): boolean {
  return at === 'bind' || at === 'name'
}

function isExhausted(outcome: BoundSocket | Refusal): boolean {
  if (!('error' in outcome) || outcome.step !== 'bind' || !isSystemCallError(outcome.error)) return false
  return meaningOf(outcome.error, 'bind-any-port') === 'exhausted'
}
