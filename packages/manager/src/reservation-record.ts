import type { PortRange, Protocol, Transport } from '@winport/transport'
import { inNextTurn } from '@winport/transport/backend'
import type { Anchor } from './anchor.js'
import { closeQuietly } from './close-quietly.js'
import { channels, publish } from './diagnostics.js'
import { describeRange } from './explain-error.js'
import type { RuntimeBlock } from './runtime-block.js'

/**
 * A runtime reservation as its manager holds it. It is apart from the block that the program has, so that it can be ended
 * when the program has dropped the block.
 */
export class ReservationRecord implements PortRange {
  readonly protocol: Protocol
  readonly startPort: number
  readonly count: number
  readonly token: bigint
  readonly anchor: Anchor
  /** The stack trace of the acquire, with `traceLeaks`. */
  readonly acquiredAt: string | undefined
  readonly #transport: Transport
  readonly #records: Set<ReservationRecord>
  /** The block, while it cannot be collected. */
  #strong: RuntimeBlock | undefined
  #weak: WeakRef<RuntimeBlock> | undefined

  constructor(
    { protocol, startPort, count }: PortRange,
    token: bigint,
    anchor: Anchor,
    transport: Transport,
    records: Set<ReservationRecord>,
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

  /** False once the reservation is released, or is about to be. */
  get held(): boolean {
    return this.#records.has(this)
  }

  /** Undefined if the program has dropped it. */
  get block(): RuntimeBlock | undefined {
    return this.#strong ?? this.#weak?.deref()
  }

  /** Holds this reservation from now on, and ends it when `block` is garbage-collected, unless it ends before. */
  belongTo(block: RuntimeBlock): void {
    if (!turnEndPlanned) inNextTurn(endTurn) // may throw: nothing is changed before
    turnEndPlanned = true
    this.#records.add(this)
    this.#strong = block
    acquiredThisTurn.add(this)
  }

  /** Lets the block be collected from now on. */
  weaken(): void {
    if (this.#strong === undefined) return
    this.#weak = new WeakRef(this.#strong)
    dropped.register(this.#strong, this, this)
    this.#strong = undefined
  }

  /** Marks the reservation as ended. The caller closes the anchor. */
  end(): void {
    this.#records.delete(this)
    if (!acquiredThisTurn.delete(this)) dropped.unregister(this)
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
const acquiredThisTurn = new Set<ReservationRecord>()
let turnEndPlanned = false

function endTurn(): void {
  turnEndPlanned = false
  for (const record of acquiredThisTurn) record.weaken()
  acquiredThisTurn.clear()
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
