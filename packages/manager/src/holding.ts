import type { PortRange, Protocol, Transport, WinsockSocket } from '@winport/transport'
import { closeQuietly } from './close-quietly.js'
import { channels, publish } from './diagnostics.js'
import { describeRange } from './explain-error.js'
import { inNextTurn } from './next-turn.js'
import type { RuntimeReservation } from './runtime-reservation.js'

/**
 * A runtime reservation as its manager keeps it, apart from the object that its user has: it is over in the end even
 * if nobody has that any more.
 */
export class Holding implements PortRange {
  readonly protocol: Protocol
  readonly startPort: number
  readonly count: number
  readonly token: bigint
  /** The socket that it was acquired on: it ends with it. */
  readonly anchor: WinsockSocket
  /** Where it was acquired, if that was to be remembered. */
  readonly acquiredAt: string | undefined
  readonly #transport: Transport
  readonly #holdings: Set<Holding>
  #young: RuntimeReservation | undefined
  #reservation: WeakRef<RuntimeReservation> | undefined

  constructor(
    { protocol, startPort, count }: PortRange,
    token: bigint,
    anchor: WinsockSocket,
    transport: Transport,
    holdings: Set<Holding>,
    acquiredAt: string | undefined,
  ) {
    this.protocol = protocol
    this.startPort = startPort
    this.count = count
    this.token = token
    this.anchor = anchor
    this.acquiredAt = acquiredAt
    this.#transport = transport
    this.#holdings = holdings
    holdings.add(this)
  }

  /** Undefined once nobody has it any more. */
  get reservation(): RuntimeReservation | undefined {
    return this.#young ?? this.#reservation?.deref()
  }

  /** The object with the collection of which this is over, unless it {@link end}s before. */
  belongTo(reservation: RuntimeReservation): void {
    this.#young = reservation
    young.add(this)
    if (turnEnds) return
    turnEnds = true
    inNextTurn(letGoOfYoung)
  }

  /** From now on the object may be collected. */
  letGo(): void {
    if (this.#young === undefined) return
    this.#reservation = new WeakRef(this.#young)
    dropped.register(this.#young, this, this)
    this.#young = undefined
  }

  /** It is to be over: the anchor is still to be closed. */
  end(): void {
    this.#holdings.delete(this)
    if (!young.delete(this)) dropped.unregister(this)
  }

  /** It is over. */
  reportEnd(): void {
    if (channels.release.hasSubscribers) publish('release', this.#transport, this, { token: this.token })
  }
}

/**
 * What was acquired in this turn of the event loop. Weak references cost more than all the rest of an acquire, and many a
 * block is released in the turn that it was acquired in.
 */
const young = new Set<Holding>()
let turnEnds = false

function letGoOfYoung(): void {
  turnEnds = false
  for (const holding of young) holding.letGo()
  young.clear()
}

const dropped = new FinalizationRegistry<Holding>((holding) => {
  holding.end()
  closeQuietly(holding.anchor)
  holding.reportEnd()
  warn(holding)
})

/** The places that were warned of; undefined stands for all that were not remembered. */
const warned = new Set<string | undefined>()

/** One warning a process, or one a place where places are remembered. */
function warn(holding: Holding): void {
  const { acquiredAt } = holding
  const [place] = acquiredAt?.split('\n', 1) ?? [] // without its callers
  if (warned.has(place)) return
  warned.add(place)
  const problem =
    `A block of ports was dropped without a release, and given back when it was collected: ${describeRange(holding)}. ` +
    'Keep the block for as long as its ports are needed; then call release(), close the manager, or use `await using`.'
  const code = 'WINPORT_RESERVATION_LEAKED'
  if (acquiredAt !== undefined) process.emitWarning(problem, { code, detail: acquiredAt })
  else process.emitWarning(`${problem} A manager with { traceLeaks: true } tells where it was acquired.`, { code })
}
