import { INET_PORT_RANGE, INET_PORT_RESERVATION_INSTANCE, SIO_ACQUIRE_PORT_RESERVATION } from '@winport/definitions'
import { AbortError, type PortRange, type Protocol, type Transport, type WinsockSocket } from '@winport/transport'
import { explainAcquire } from './explain-error.js'
import { PersistentReservationStore } from './persistent-reservation-store.js'
import { closeQuietly } from './port-block.js'
import { checkAcquireOptions, checkNodeObject, checkObject, deriveSignal } from './request-arguments.js'
import { ReservationError } from './reservation-error.js'
import { RuntimeReservation } from './runtime-reservation.js'

export interface ReservationManagerOptions {
  /** The way to the kernel. The manager takes it over, and closes it when it is closed itself. */
  readonly transport: Transport
}

export interface AcquireOptions {
  readonly protocol: Protocol
  /** How many consecutive ports, 1 to 65535. */
  readonly count: number
  /** The first port, 1 to 65535. Left out, or 0, the kernel chooses. */
  readonly startPort?: number | undefined
  /** Gives up: nothing stays reserved, and the promise rejects with an `AbortError`. */
  readonly signal?: AbortSignal | undefined
}

/** What ACQUIRE reads and writes. */
interface AcquireBuffers {
  readonly input: Uint8Array
  readonly output: Uint8Array
}

/** Acquires, keeps and releases reservations over a transport. */
export class ReservationManager implements AsyncDisposable {
  readonly transport: Transport
  /** Reservations that survive restarts. */
  readonly persistent: PersistentReservationStore
  readonly #held = new Set<RuntimeReservation>()
  readonly #acquiring = new Set<WinsockSocket>()
  /** Buffers of acquires that are over, for those to come. */
  readonly #spareBuffers: AcquireBuffers[] = []
  #closed: Promise<void> | undefined

  constructor(options: ReservationManagerOptions) {
    checkObject('options', options)
    const { transport } = options
    checkNodeObject('transport', transport, 'a Transport, such as createKoffiTransport() returns', [
      'openSocket',
      'close',
    ])
    this.transport = transport
    this.persistent = new PersistentReservationStore(
      transport,
      () => this.#closed === undefined,
      () => this.#checkOpen(),
    )
  }

  /** The reservations that are held at the moment. */
  get held(): readonly RuntimeReservation[] {
    return [...this.#held]
  }

  /**
   * Reserves a block of consecutive ports, which is this process' own until it is released.
   *
   * Rejects with `ERR_PORT_RANGE_IN_USE`, `ERR_RESERVATION_UNSUPPORTED`, an `AbortError`, `ERR_RESERVATION_RELEASED` if
   * the manager is closed, and before any call is made with `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE`. After a
   * failure nothing is reserved and nothing left open.
   */
  async acquire(options: AcquireOptions): Promise<RuntimeReservation> {
    checkAcquireOptions(options)
    const { protocol, count, startPort = 0 } = options
    const signal = deriveSignal(options.signal)
    const request: PortRange = { protocol, startPort, count }
    this.#checkOpen(signal)

    const buffers = this.#spareBuffers.pop() ?? newBuffers()
    const { input, output } = buffers
    INET_PORT_RANGE.encode({ StartPort: startPort, NumberOfPorts: count }, input)

    let anchor: WinsockSocket | undefined
    try {
      anchor = this.transport.openSocket({ protocol })
      this.#acquiring.add(anchor)
      await anchor.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, input, output, { signal })
      this.#checkOpen(signal)
      return this.#keep(protocol, anchor, output)
    } catch (error) {
      if (anchor !== undefined) closeQuietly(anchor) // and with it whatever was granted
      this.#checkOpen(signal)
      throw explainAcquire(error, request)
    } finally {
      if (anchor !== undefined) this.#acquiring.delete(anchor)
      this.#spareBuffers.push(buffers) // the call is settled, and they are the caller's again
    }
  }

  /**
   * Releases everything that is held, ends calls that are under way, and closes the transport. Servers that listen are
   * left alone. Twice is no error.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #keep(protocol: Protocol, anchor: WinsockSocket, output: Uint8Array): RuntimeReservation {
    const { StartPort, NumberOfPorts, Token } = INET_PORT_RESERVATION_INSTANCE.decode(output)
    const range = { protocol, startPort: StartPort, count: NumberOfPorts }
    const reservation = new RuntimeReservation(this.transport, range, Token, anchor, this.#forget)
    this.#held.add(reservation)
    return reservation
  }

  readonly #forget = (reservation: RuntimeReservation): void => {
    this.#held.delete(reservation)
  }

  #checkOpen(signal?: AbortSignal): void {
    if (signal?.aborted === true) throw new AbortError({ cause: signal.reason })
    if (this.#closed === undefined) return
    throw new ReservationError(
      'ERR_RESERVATION_RELEASED',
      'This reservation manager was closed, and everything released: open a new one.',
    )
  }

  async #close(): Promise<void> {
    const released = [...this.#held].map((reservation) => reservation.release())
    for (const anchor of this.#acquiring) closeQuietly(anchor)
    const outcomes: PromiseSettledResult<void>[] = await Promise.allSettled(released)
    outcomes.push(...(await Promise.allSettled([this.transport.close()])))
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason)
    if (failures.length > 0) throw new AggregateError(failures, 'Everything was released, but not without errors')
  }
}

function newBuffers(): AcquireBuffers {
  return {
    input: new Uint8Array(INET_PORT_RANGE.size),
    output: new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size),
  }
}
