import type { PortRange, Protocol, Transport } from '@winport/transport'
import { type Chain, type ChainLink, inNextTurn } from '@winport/transport/backend'
import type { Anchor } from './anchor.js'
import { closeQuietly } from './close-quietly.js'
import { channels, publish } from './diagnostics.js'
import { describeRange } from './explain-error.js'
import type { RuntimeBlock } from './runtime-block.js'

/**
 * A runtime reservation as its manager holds it. It is apart from the block that the program has, so that it can be ended
 * when the program has dropped the block.
 */
export class ReservationRecord implements PortRange, ChainLink<ReservationRecord> {
  previous: ReservationRecord | undefined
  next: ReservationRecord | undefined
  readonly protocol: Protocol
  readonly startPort: number
  readonly count: number
  readonly token: bigint
  readonly anchor: Anchor
  /** The stack trace of the acquire, with `traceLeaks`. */
  readonly acquiredAt: string | undefined
  readonly #transport: Transport
  readonly #records: Chain<ReservationRecord>
  /** False once the reservation is released, or is about to be. */
  held = false
  /** The block, while it cannot be collected. */
  #strong: RuntimeBlock | undefined
  #weak: WeakRef<RuntimeBlock> | undefined

  constructor(
    { protocol, startPort, count }: PortRange,
    token: bigint,
    anchor: Anchor,
    transport: Transport,
    records: Chain<ReservationRecord>,
    acquiredAt: string | undefined,
  ) {
    this.protocol = protocol
    this.startPort = startPort
    this.count = count
    this.token = token
    this.anchor = anchor
    this.acquiredAt = acquiredAt
    this.#transport = transport
    this.#records = records
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
    this.#records.add(this)
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

  /** Marks the reservation as ended and forgets it. The caller closes the anchor. */
  end(): void {
    this.held = false
    this.#records.delete(this)
    this.#strong = undefined
    if (this.#weak !== undefined) dropped.unregister(this)
  }

  /** Publishes that the reservation has ended. */
  reportEnd(): void {
    if (channels.release.hasSubscribers) publish('release', this.#transport, this, { token: this.token })
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
  record.end()
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
