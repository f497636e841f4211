import type { PortRange, Transport } from '@winport/transport'
import { channels, publish } from './diagnostics.js'
import { explainPersistent } from './explain-error.js'
import { OpenPersistentReservation } from './open-persistent-reservation.js'
import { PersistentReservation } from './persistent-reservation.js'
import { checkObject, checkRange, deriveSignal } from './request-arguments.js'
import { ReservationError } from './reservation-error.js'

export interface PersistentCallOptions {
  /**
   * Gives up waiting: the promise rejects with an `AbortError`. A reservation that is created all the same is deleted
   * again; one that is deleted all the same stays so.
   */
  readonly signal?: AbortSignal | undefined
}

/** The machine's persistent reservations. */
export class PersistentReservationStore {
  readonly #transport: Transport
  readonly #endFor: (signal?: AbortSignal) => Error | undefined
  readonly #isManagerOpen: () => boolean

  /**
   * @internal Use `ReservationManager.persistent`.
   * @param endFor why a call may not go on, if so
   */
  constructor(transport: Transport, endFor: (signal?: AbortSignal) => Error | undefined) {
    this.#transport = transport
    this.#endFor = endFor
    this.#isManagerOpen = () => endFor() === undefined
  }

  /**
   * Creates a persistent reservation of exactly this range. Needs elevation.
   *
   * Rejects with `ERR_ELEVATION_REQUIRED`, `ERR_PORT_RANGE_IN_USE`, `ERR_RESERVATION_UNSUPPORTED`, an `AbortError`.
   */
  async create(range: PortRange, options?: PersistentCallOptions): Promise<PersistentReservation> {
    const { exactly, signal } = this.#read(range, options)
    return this.#describe(exactly, await this.#create(exactly, signal))
  }

  /**
   * Finds the persistent reservation that was created with exactly this range.
   *
   * Rejects with `ERR_RESERVATION_NOT_FOUND`, `ERR_RESERVATION_UNSUPPORTED`, an `AbortError`.
   */
  async lookup(range: PortRange, options?: PersistentCallOptions): Promise<PersistentReservation> {
    const { exactly, signal } = this.#read(range, options)
    return this.#describe(exactly, await this.#lookUp(exactly, signal))
  }

  /**
   * Finds the persistent reservation of exactly this range, or else creates it, which needs elevation.
   *
   * Rejects with `ERR_ELEVATION_REQUIRED`, `ERR_PORT_RANGE_IN_USE`, `ERR_RESERVATION_UNSUPPORTED`, an `AbortError`.
   */
  async ensure(range: PortRange, options?: PersistentCallOptions): Promise<PersistentReservation> {
    const { exactly, signal } = this.#read(range, options)
    const find = async () => this.#describe(exactly, await this.#lookUp(exactly, signal))
    try {
      return await find()
    } catch (error) {
      if (!hasCode(error, 'ERR_RESERVATION_NOT_FOUND')) throw error
    }
    try {
      return this.#describe(exactly, await this.#create(exactly, signal))
    } catch (error) {
      if (!hasCode(error, 'ERR_PORT_RANGE_IN_USE')) throw error
      return await find().catch((notFound) => {
        // Not this very range: somebody created it in between.
        throw hasCode(notFound, 'ERR_RESERVATION_NOT_FOUND') ? error : notFound
      })
    }
  }

  /**
   * Finds the persistent reservation of exactly this range, to be used for as long as the manager is open: its token is
   * looked up again before each use. Rejects as {@link lookup} does.
   */
  async open(range: PortRange, options?: PersistentCallOptions): Promise<OpenPersistentReservation> {
    const { exactly, signal } = this.#read(range, options)
    const token = await this.#lookUp(exactly, signal)
    return new OpenPersistentReservation(this.#transport, exactly, token, this.#isManagerOpen, (signal) =>
      this.#lookUp(exactly, signal),
    )
  }

  /**
   * Deletes the persistent reservation that was created with exactly this range. Needs elevation. Ports that sockets are
   * bound to stay theirs until they close.
   *
   * Rejects with `ERR_ELEVATION_REQUIRED`, `ERR_RESERVATION_NOT_FOUND`, `ERR_RESERVATION_UNSUPPORTED`, an `AbortError`.
   */
  async delete(range: PortRange, options?: PersistentCallOptions): Promise<void> {
    const { exactly, signal } = this.#read(range, options)
    const deletion = () => this.#transport.persistent.delete(exactly, { signal })
    await this.#run(exactly, 'delete', signal, deletion)
  }

  #create(range: PortRange, signal: AbortSignal | undefined): Promise<bigint> {
    return this.#run(range, 'create', signal, () => this.#transport.persistent.create(range, { signal }))
  }

  #lookUp(range: PortRange, signal: AbortSignal | undefined): Promise<bigint> {
    return this.#run(range, 'look up', signal, () => this.#transport.persistent.lookup(range, { signal }))
  }

  #describe(range: PortRange, token: bigint): PersistentReservation {
    return new PersistentReservation(this.#transport, range, token, this.#isManagerOpen)
  }

  /** Checks the arguments, and copies the range: the caller's own object may change meanwhile. */
  #read(range: PortRange, options: PersistentCallOptions = {}) {
    checkObject('range', range)
    const { protocol, startPort, count } = range
    const exactly: PortRange = { protocol, startPort, count }
    checkRange(exactly)
    checkObject('options', options)
    return { exactly, signal: deriveSignal(options.signal) }
  }

  async #run<Result>(
    range: PortRange,
    verb: string,
    signal: AbortSignal | undefined,
    call: () => Promise<Result>,
  ): Promise<Result> {
    const end = this.#endFor(signal)
    if (end !== undefined) throw end
    try {
      return await call()
    } catch (error) {
      const failure = this.#endFor(signal) ?? explainPersistent(error, range, verb)
      if (channels.failure.hasSubscribers) {
        publish('failure', this.#transport, range, { operation: 'persistent', error: failure })
      }
      throw failure
    }
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof ReservationError && error.code === code
}
