import type { PersistentReservations, PortRange, Transport } from '@winport/transport'
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
    return await this.#run(range, options, async (exactly, signal) => {
      return this.#describe(exactly, await this.#create(exactly, signal))
    })
  }

  /**
   * Finds the persistent reservation that was created with exactly this range.
   *
   * Rejects with `ERR_RESERVATION_NOT_FOUND`, `ERR_RESERVATION_UNSUPPORTED`, an `AbortError`.
   */
  async lookup(range: PortRange, options?: PersistentCallOptions): Promise<PersistentReservation> {
    return await this.#run(range, options, async (exactly, signal) => {
      return this.#describe(exactly, await this.#lookUp(exactly, signal))
    })
  }

  /**
   * Finds the persistent reservation of exactly this range, or else creates it, which needs elevation.
   *
   * Rejects with `ERR_ELEVATION_REQUIRED`, `ERR_PORT_RANGE_IN_USE`, `ERR_RESERVATION_UNSUPPORTED`, an `AbortError`.
   */
  async ensure(range: PortRange, options?: PersistentCallOptions): Promise<PersistentReservation> {
    return await this.#run(range, options, async (exactly, signal) => {
      return this.#describe(exactly, await this.#ensure(exactly, signal))
    })
  }

  /**
   * Finds the persistent reservation of exactly this range, to be used for as long as the manager is open: its token is
   * looked up again before each use. Rejects as {@link lookup} does.
   */
  async open(range: PortRange, options?: PersistentCallOptions): Promise<OpenPersistentReservation> {
    return await this.#run(range, options, async (exactly, signal) => {
      const token = await this.#lookUp(exactly, signal)
      const lookUp = (signal: AbortSignal | undefined) => this.#lookUp(exactly, signal)
      return new OpenPersistentReservation(this.#transport, exactly, token, this.#isManagerOpen, lookUp)
    })
  }

  /**
   * Deletes the persistent reservation that was created with exactly this range. Needs elevation. Ports that sockets are
   * bound to stay theirs until they close.
   *
   * Rejects with `ERR_ELEVATION_REQUIRED`, `ERR_RESERVATION_NOT_FOUND`, `ERR_RESERVATION_UNSUPPORTED`, an `AbortError`.
   */
  async delete(range: PortRange, options?: PersistentCallOptions): Promise<void> {
    await this.#run(range, options, (exactly, signal) => this.#delete(exactly, signal))
  }

  async #ensure(range: PortRange, signal: AbortSignal | undefined): Promise<bigint> {
    try {
      return await this.#lookUp(range, signal)
    } catch (error) {
      if (!hasCode(error, 'ERR_RESERVATION_NOT_FOUND')) throw error
    }
    try {
      return await this.#create(range, signal)
    } catch (error) {
      if (!hasCode(error, 'ERR_PORT_RANGE_IN_USE')) throw error
      return await this.#lookUp(range, signal).catch((notFound) => {
        // Not this very range: somebody created it in between.
        throw hasCode(notFound, 'ERR_RESERVATION_NOT_FOUND') ? error : notFound
      })
    }
  }

  async #create(range: PortRange, signal: AbortSignal | undefined): Promise<bigint> {
    return await this.#call(range, 'create', signal, (persistent) => persistent.create(range, { signal }))
  }

  async #lookUp(range: PortRange, signal: AbortSignal | undefined): Promise<bigint> {
    return await this.#call(range, 'look up', signal, (persistent) => persistent.lookup(range, { signal }))
  }

  async #delete(range: PortRange, signal: AbortSignal | undefined): Promise<void> {
    await this.#call(range, 'delete', signal, (persistent) => persistent.delete(range, { signal }))
  }

  /** Makes one call of the transport's, and explains its failure. */
  async #call<Result>(
    range: PortRange,
    verb: string,
    signal: AbortSignal | undefined,
    call: (persistent: PersistentReservations) => Promise<Result>,
  ): Promise<Result> {
    const end = this.#endFor(signal)
    if (end !== undefined) throw end
    try {
      return await call(this.#transport.persistent)
    } catch (error) {
      throw this.#endFor(signal) ?? explainPersistent(error, range, verb)
    }
  }

  /** Checks the arguments, works on a copy, which the caller cannot change meanwhile, and reports the failure. */
  async #run<Result>(
    range: PortRange,
    options: PersistentCallOptions | undefined,
    work: (exactly: PortRange, signal: AbortSignal | undefined) => Promise<Result>,
  ): Promise<Result> {
    checkObject('range', range)
    const { protocol, startPort, count } = range
    const exactly: PortRange = { protocol, startPort, count }
    checkRange(exactly)
    if (options !== undefined) checkObject('options', options)
    const signal = deriveSignal(options?.signal)
    try {
      return await work(exactly, signal)
    } catch (error) {
      if (channels.failure.hasSubscribers)
        publish('failure', this.#transport, exactly, { operation: 'persistent', error })
      throw error
    }
  }

  #describe(range: PortRange, token: bigint): PersistentReservation {
    return new PersistentReservation(this.#transport, range, token, this.#isManagerOpen)
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof ReservationError && error.code === code
}
