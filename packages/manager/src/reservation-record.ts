import { type INET_PORT_RESERVATION_INSTANCE, SIO_RELEASE_PORT_RESERVATION } from '@winport/definitions'
import type { PortRange, Protocol, Transport, WinsockSocket } from '@winport/transport'
import { type Chain, type ChainLink, inNextTurn } from '@winport/transport/backend'
import { Anchor } from './anchor.js'
import type { AnchorPolicy } from './anchor-policy.js'
import { BlockSockets, type ReservationAccess } from './block-sockets.js'
import { closeQuietly } from './close-quietly.js'
import { channels, publish } from './diagnostics.js'
import { describeRange, explainRelease } from './explain-error.js'
import { turnFor } from './in-turn.js'
import { PortRotation } from './port-rotation.js'
import type { RefusalHint } from './refusal-hint.js'
import type { RuntimeBlock } from './runtime-block.js'
import { callWithToken } from './token-call.js'

/** What a record needs of its manager. */
export interface RecordHome {
  readonly transport: Transport
  readonly records: Chain<ReservationRecord>
  readonly hint: RefusalHint | undefined
}

/**
 * A runtime reservation as its manager holds it. It is apart from the block that the program has, so that it can be ended
 * when the program has dropped the block.
 */
export class ReservationRecord implements PortRange, ReservationAccess, ChainLink<ReservationRecord> {
  previous: ReservationRecord | undefined
  next: ReservationRecord | undefined
  readonly kind = 'runtime'
  readonly protocol: Protocol
  readonly startPort: number
  readonly count: number
  readonly token: bigint
  readonly anchor: Anchor
  readonly sockets: BlockSockets
  /** The stack trace of the acquire, with `traceLeaks`. */
  readonly acquiredAt: string | undefined
  readonly #home: RecordHome
  /** False once the reservation is released, or is about to be. */
  held = false
  /** The block, while it cannot be collected. */
  #strong: RuntimeBlock | undefined
  #weak: WeakRef<RuntimeBlock> | undefined
  /** Most blocks are released before any socket is bound. */
  #rotation: PortRotation | undefined
  /** The turn in which the reservation is released, if it has to wait. */
  #turn: Promise<void> | undefined
  #released: Promise<void> | undefined

  constructor(
    protocol: Protocol,
    { StartPort, NumberOfPorts, Token }: INET_PORT_RESERVATION_INSTANCE,
    socket: WinsockSocket,
    policy: AnchorPolicy,
    home: RecordHome,
    acquiredAt: string | undefined,
  ) {
    this.protocol = protocol
    this.startPort = StartPort
    this.count = NumberOfPorts
    this.token = Token
    this.anchor = new Anchor(socket, this, Token, policy)
    this.acquiredAt = acquiredAt
    this.#home = home
    this.sockets = new BlockSockets(home.transport, this, this)
  }

  get transport(): Transport {
    return this.#home.transport
  }

  get hint(): RefusalHint | undefined {
    return this.#home.hint
  }

  get rotation(): PortRotation {
    this.#rotation ??= new PortRotation(this)
    return this.#rotation
  }

  isHeld(): boolean {
    return this.held
  }

  /** Undefined if the program has dropped it. */
  get block(): RuntimeBlock | undefined {
    return this.#strong ?? this.#weak?.deref()
  }

  /** Holds this reservation from now on, and ends it when `block` is garbage-collected, unless it ends before. */
  belongTo(block: RuntimeBlock): void {
    if (!turnEndPlanned) inNextTurn(endTurn) // may throw: nothing is changed before
    turnEndPlanned = true
    this.held = true
    this.#home.records.add(this)
    this.#strong = block
    acquiredThisTurn.push(this)
  }

  /** Lets the block be collected from now on, unless its release has begun: then the call of that holds it. */
  weaken(): void {
    if (this.#strong === undefined) return
    if (this.held) {
      this.#weak = new WeakRef(this.#strong)
      dropped.register(this.#strong, this, this)
    }
    this.#strong = undefined
  }

  /** Releases the reservation, in its turn. Idempotent. */
  release(): Promise<void> {
    this.#released ??= this.#release()
    return this.#released
  }

  /**
   * For a manager that closes: marks the block as released.
   *
   * @returns the turn in which the manager must call {@link endNow}: undefined if at once
   */
  beginRelease(): Promise<void> | undefined {
    this.#turn = turnFor(this.count)
    this.held = false
    this.sockets.abandon()
    return this.#turn
  }

  /** Ends the reservation, unless that has begun. */
  endNow(): Promise<void> {
    this.#released ??= this.#end()
    return this.#released
  }

  #release(): Promise<void> {
    const turn = this.held ? this.beginRelease() : this.#turn
    return turn === undefined ? this.#end() : turn.then(() => this.#end())
  }

  async #end(): Promise<void> {
    this.forget()
    const { socket } = this.anchor
    // Closing the anchor ends the reservation whatever RELEASE does, and cancels RELEASE if it is pending.
    let asked: Promise<void> | undefined
    try {
      asked = callWithToken(socket, SIO_RELEASE_PORT_RESERVATION, this.token)
    } catch {
      // The close of the anchor ends the reservation.
    }
    let failure: unknown
    try {
      socket.close()
    } catch (error) {
      failure = explainRelease(error, this)
      this.sockets.reportFailure('release', failure)
    }
    try {
      await asked // also without a promise: a subscriber that is told of the end may release the block again
    } catch {
      // The close of the anchor has ended the reservation.
    }
    this.reportEnd()
    if (failure !== undefined) throw failure
  }

  /** Marks the reservation as ended and forgets it. The caller closes the anchor. */
  forget(): void {
    this.held = false
    this.#home.records.delete(this)
    this.#strong = undefined
    if (this.#weak !== undefined) dropped.unregister(this)
  }

  /** Publishes that the reservation has ended. */
  reportEnd(): void {
    if (channels.release.hasSubscribers) publish('release', this.transport, this, { token: this.token })
  }
}

/**
 * What was acquired in this turn of the event loop. A weak reference costs more than the rest of an acquire, and many
 * blocks are released in the turn in which they were acquired.
 */
let acquiredThisTurn: ReservationRecord[] = []
let turnEndPlanned = false

function endTurn(): void {
  turnEndPlanned = false
  const acquired = acquiredThisTurn
  acquiredThisTurn = []
  for (const record of acquired) record.weaken()
}

const dropped = new FinalizationRegistry<ReservationRecord>((record) => {
  if (!record.held) return // its manager closes, and releases it in its turn
  record.forget()
  closeQuietly(record.anchor.socket)
  record.reportEnd()
  warn(record)
})

/** The call sites that a warning named; undefined stands for all that are not known. */
const warnedOf = new Set<string | undefined>()

/** Warns once in a process, or once for each call site where they are known. */
function warn(record: ReservationRecord): void {
  const { acquiredAt } = record
  const [callSite] = acquiredAt?.split('\n', 1) ?? [] // without its callers
  if (warnedOf.has(callSite)) return
  warnedOf.add(callSite)
  const problem =
    `A block of ports was garbage-collected before it was released: ${describeRange(record)}. It is released now. ` +
    'Keep the block for as long as its ports are needed; then call release(), close the manager, or use `await using`.'
  const code = 'WINPORT_RESERVATION_LEAKED'
  if (acquiredAt !== undefined) process.emitWarning(problem, { code, detail: acquiredAt })
  else process.emitWarning(`${problem} A manager with { traceLeaks: true } says where it was acquired.`, { code })
}
