import { INET_PORT_RANGE, INET_PORT_RESERVATION_INSTANCE, SIO_ACQUIRE_PORT_RESERVATION } from '@winport/definitions'
import {
  AbortError,
  type PortRange,
  type Protocol,
  SystemCallError,
  type Transport,
  type WinsockSocket,
} from '@winport/transport'
import { checkProtocol } from '@winport/transport/backend'
import {
  type AcquireMatchedOptions,
  type AcquireOptions,
  type AcquireRequest,
  readAcquireRequest,
} from './acquire-request.js'
import { closeQuietly } from './close-quietly.js'
import { channels, publish } from './diagnostics.js'
import { explainAcquire, explainSearch, explainUnmatched } from './explain-error.js'
import { Holding } from './holding.js'
import { MatchedReservation } from './matched-reservation.js'
import { nextTurn } from './next-turn.js'
import { PersistentReservationStore } from './persistent-reservation-store.js'
import { checkNodeObject, checkObject, checkOption } from './request-arguments.js'
import { ReservationError } from './reservation-error.js'
import { RuntimeReservation } from './runtime-reservation.js'

export interface ReservationManagerOptions {
  /** The way to the kernel. The manager takes it over, and closes it when it is closed itself. */
  readonly transport: Transport
  /**
   * Remember where each block is acquired, so that the warning about one that is dropped without a release can name the
   * place. Costs a stack trace per block. Defaults to false.
   */
  readonly traceLeaks?: boolean | undefined
}

/** What ACQUIRE reads and writes. */
interface AcquireBuffers {
  readonly input: Uint8Array
  readonly output: Uint8Array
}

/** After so many refusals a search lets timers, signals and others have their turn. */
const REFUSALS_PER_TURN = 32

/** So many blocks a search for both protocols keeps at most: others need ports meanwhile. */
const MOST_KEPT = 256

/** Acquires, keeps and releases reservations over a transport. */
export class ReservationManager implements AsyncDisposable {
  readonly transport: Transport
  /** Reservations that survive restarts. */
  readonly persistent: PersistentReservationStore
  readonly #traceLeaks: boolean
  readonly #holdings = new Set<Holding>()
  readonly #acquiring = new Set<WinsockSocket>()
  /** Buffers of acquires that are over, for those to come. */
  readonly #spareBuffers: AcquireBuffers[] = []
  #closed: Promise<void> | undefined

  constructor(options: ReservationManagerOptions) {
    checkObject('options', options)
    const { transport, traceLeaks = false } = options
    checkNodeObject('transport', transport, 'a Transport, such as createKoffiTransport() returns', [
      'openSocket',
      'close',
    ])
    checkOption('traceLeaks', traceLeaks)
    this.transport = transport
    this.#traceLeaks = traceLeaks
    this.persistent = new PersistentReservationStore(transport, (signal) => this.#endFor(signal))
  }

  /** The reservations that are held at the moment, but for those that nobody has any more. */
  get held(): readonly RuntimeReservation[] {
    return [...this.#holdings].map(({ reservation }) => reservation).filter((reservation) => reservation !== undefined)
  }

  /**
   * Reserves a block of consecutive ports, which is this process' own until it is released. Keep the block for as long
   * as its ports are needed: one that is garbage-collected is released, with a warning.
   *
   * Rejects with `ERR_PORT_RANGE_IN_USE`, `ERR_RESERVATION_UNSUPPORTED`, an `AbortError`, `ERR_RESERVATION_RELEASED` if
   * the manager is closed, and before any call is made with `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE`. After a
   * failure nothing is reserved and nothing left open. If several places were tried, the `cause` is an `AggregateError`
   * with the refusal of each.
   */
  async acquire(options: AcquireOptions): Promise<RuntimeReservation> {
    checkObject('options', options)
    const { protocol } = options
    checkProtocol(protocol)
    const request = readAcquireRequest(options, protocol)
    const place = this.#traceLeaks ? placeOf(this.acquire) : undefined
    const { startPort } = request
    if (typeof startPort === 'number') return await this.#acquireAt(protocol, startPort, request, place)
    return await this.#firstGranted(startPort, request, (candidate) =>
      this.#acquireAt(protocol, candidate, request, place),
    )
  }

  /**
   * Reserves the same range of ports for TCP and for UDP. Fails as {@link acquire} does. Where the kernel chooses, its
   * choices for TCP that UDP cannot have are kept until the search is over, so that it does not offer them again: 256
   * at most.
   */
  async acquireMatched(options: AcquireMatchedOptions): Promise<MatchedReservation> {
    checkObject('options', options)
    const request = readAcquireRequest(options, undefined)
    const place = this.#traceLeaks ? placeOf(this.acquireMatched) : undefined
    const { startPort } = request
    const acquireBoth = async (candidate: number) =>
      candidate === 0
        ? await this.#acquireBothAnywhere(request, place)
        : await this.#acquireBothAt(candidate, request, place)
    if (typeof startPort === 'number') return await acquireBoth(startPort)
    return await this.#firstGranted(startPort, request, acquireBoth)
  }

  /**
   * Releases everything that is held, ends calls that are under way, and closes the transport. Servers that listen are
   * left alone, and a persistent call that has begun is seen through where the system cannot be stopped. Twice is no
   * error.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Goes through the places that were asked for until one is granted. */
  async #firstGranted<Granted>(
    startPorts: Iterable<number>,
    request: AcquireRequest,
    attempt: (startPort: number) => Promise<Granted>,
  ): Promise<Granted> {
    const refusals: ReservationError[] = []
    for (const candidate of startPorts) {
      try {
        return await attempt(candidate)
      } catch (error) {
        await noteRefusal(refusals, error)
      }
    }
    const [only, another] = refusals
    throw only !== undefined && another === undefined && request.within === undefined
      ? only
      : explainSearch(refusals, request)
  }

  /** ACQUIRE, on an anchor of its own. */
  async #acquireAt(
    protocol: Protocol,
    startPort: number,
    { count, signal }: AcquireRequest,
    place: string | undefined,
  ): Promise<RuntimeReservation> {
    this.#checkOpen(signal)
    const buffers = this.#spareBuffers.pop() ?? newBuffers()
    const { input, output } = buffers
    INET_PORT_RANGE.encode({ StartPort: startPort, NumberOfPorts: count }, input)

    let anchor: WinsockSocket | undefined
    try {
      anchor = this.#openAnchor(protocol)
      this.#acquiring.add(anchor)
      await anchor.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, input, output, { signal })
      this.#checkOpen(signal)
      return this.#keep(protocol, anchor, output, place)
    } catch (error) {
      if (anchor !== undefined) closeQuietly(anchor) // and with it whatever was granted
      const range: PortRange = { protocol, startPort, count }
      const failure = this.#endFor(signal) ?? explainAcquire(error, range)
      if (channels.failure.hasSubscribers) {
        publish('failure', this.transport, range, { operation: 'acquire', error: failure })
      }
      throw failure
    } finally {
      if (anchor !== undefined) this.#acquiring.delete(anchor)
      this.#spareBuffers.push(buffers) // the call is settled, and they are the caller's again
    }
  }

  async #acquireBothAt(
    startPort: number,
    request: AcquireRequest,
    place: string | undefined,
  ): Promise<MatchedReservation> {
    const tcp = await this.#acquireAt('tcp', startPort, request, place)
    try {
      return new MatchedReservation(tcp, await this.#acquireAt('udp', startPort, request, place))
    } catch (error) {
      await Promise.allSettled([tcp.release()])
      throw error
    }
  }

  async #acquireBothAnywhere(request: AcquireRequest, place: string | undefined): Promise<MatchedReservation> {
    const kept: RuntimeReservation[] = []
    const refusals: ReservationError[] = []
    try {
      while (kept.length < MOST_KEPT) {
        let tcp: RuntimeReservation | undefined
        try {
          tcp = await this.#acquireAt('tcp', 0, request, place)
          return new MatchedReservation(tcp, await this.#acquireAt('udp', tcp.startPort, request, place))
        } catch (error) {
          if (tcp !== undefined) kept.push(tcp)
          await noteRefusal(refusals, error)
          if (tcp === undefined) break
        }
      }
      throw explainUnmatched(refusals, kept.length, request.count)
    } finally {
      await Promise.allSettled(kept.map((tcp) => tcp.release()))
    }
  }

  /** Any socket of the protocol will do: one pool serves both families, and a machine may lack one of them. */
  #openAnchor(protocol: Protocol): WinsockSocket {
    try {
      return this.transport.openSocket({ protocol })
    } catch (error) {
      if (!(error instanceof SystemCallError) || error.code !== 'WSAEAFNOSUPPORT') throw error
      return this.transport.openSocket({ protocol, family: 'ipv6' })
    }
  }

  #keep(protocol: Protocol, anchor: WinsockSocket, output: Uint8Array, place: string | undefined): RuntimeReservation {
    const { StartPort, NumberOfPorts, Token } = INET_PORT_RESERVATION_INSTANCE.decode(output)
    const range = { protocol, startPort: StartPort, count: NumberOfPorts }
    const holding = new Holding(range, Token, anchor, this.transport, this.#holdings, place)
    const reservation = new RuntimeReservation(this.transport, holding)
    if (channels.acquire.hasSubscribers) publish('acquire', this.transport, range, { token: Token })
    return reservation
  }

  #checkOpen(signal: AbortSignal | undefined): void {
    const end = this.#endFor(signal)
    if (end !== undefined) throw end
  }

  /** Why a call may not go on, if so. */
  #endFor(signal?: AbortSignal): Error | undefined {
    if (signal?.aborted === true) return new AbortError({ cause: signal.reason })
    if (this.#closed === undefined) return undefined
    return new ReservationError(
      'ERR_RESERVATION_RELEASED',
      'This reservation manager was closed, and everything released: open a new one.',
    )
  }

  async #close(): Promise<void> {
    const released: Promise<void>[] = []
    const dropped: Holding[] = []
    for (const holding of [...this.#holdings]) {
      const { reservation } = holding
      if (reservation !== undefined) released.push(reservation.release())
      else dropped.push(holding)
    }
    for (const holding of dropped) holding.end() // nobody has them any more; their anchors are closed with the transport
    for (const anchor of this.#acquiring) closeQuietly(anchor)
    const outcomes: PromiseSettledResult<void>[] = await Promise.allSettled(released)
    outcomes.push(...(await Promise.allSettled([this.transport.close()])))
    for (const holding of dropped) holding.reportEnd()
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason)
    if (failures.length > 0) throw new AggregateError(failures, 'Everything was released, but not without errors')
  }
}

/** Keeps a refusal, and goes on; throws whatever is none. */
async function noteRefusal(refusals: ReservationError[], error: unknown): Promise<void> {
  if (!isRefusal(error)) throw error
  refusals.push(error)
  if (refusals.length % REFUSALS_PER_TURN === 0) await nextTurn()
}

/** These ports cannot be had, but others may. */
function isRefusal(error: unknown): error is ReservationError {
  return error instanceof ReservationError && error.code === 'ERR_PORT_RANGE_IN_USE'
}

/** Where a method was called, as the lines of a stack trace. */
function placeOf(method: (...args: never[]) => unknown): string {
  const trace: { stack?: string } = {}
  Error.captureStackTrace(trace, method)
  // Not a string where somebody has an Error.prepareStackTrace of his own.
  return typeof trace.stack === 'string' ? trace.stack.replace(/^.*\n/, '') : ''
}

function newBuffers(): AcquireBuffers {
  return {
    input: new Uint8Array(INET_PORT_RANGE.size),
    output: new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size),
  }
}
