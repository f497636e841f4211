import type { PortRange, Transport } from '@winport/transport'
import { explainPersistent } from './explain-error.js'
import { PersistentReservation } from './persistent-reservation.js'
import { checkObject, checkRange } from './request-arguments.js'

/** The machine's persistent reservations. */
export class PersistentReservationStore {
  readonly #transport: Transport
  readonly #isManagerOpen: () => boolean
  readonly #checkOpen: () => void

  /** @internal Use `ReservationManager.persistent`. */
  constructor(transport: Transport, isManagerOpen: () => boolean, checkOpen: () => void) {
    this.#transport = transport
    this.#isManagerOpen = isManagerOpen
    this.#checkOpen = checkOpen
  }

  /**
   * Creates a persistent reservation of exactly this range. Needs elevation.
   *
   * Rejects with `ERR_ELEVATION_REQUIRED`, `ERR_PORT_RANGE_IN_USE`, `ERR_RESERVATION_UNSUPPORTED`.
   */
  async create(range: PortRange): Promise<PersistentReservation> {
    return await this.#run(range, 'create', async (exactly) => {
      return this.#describe(exactly, await this.#transport.persistent.create(exactly))
    })
  }

  /**
   * Finds the persistent reservation that was created with exactly this range.
   *
   * Rejects with `ERR_RESERVATION_NOT_FOUND`, `ERR_RESERVATION_UNSUPPORTED`.
   */
  async lookup(range: PortRange): Promise<PersistentReservation> {
    return await this.#run(range, 'look up', async (exactly) => {
      return this.#describe(exactly, await this.#transport.persistent.lookup(exactly))
    })
  }

  /**
   * Deletes the persistent reservation that was created with exactly this range. Needs elevation.
   *
   * Rejects with `ERR_ELEVATION_REQUIRED`, `ERR_RESERVATION_NOT_FOUND`, `ERR_RESERVATION_UNSUPPORTED`.
   */
  async delete(range: PortRange): Promise<void> {
    await this.#run(range, 'delete', (exactly) => this.#transport.persistent.delete(exactly))
  }

  #describe(range: PortRange, token: bigint): PersistentReservation {
    return new PersistentReservation(this.#transport, range, token, this.#isManagerOpen)
  }

  async #run<Result>(range: PortRange, verb: string, call: (exactly: PortRange) => Promise<Result>): Promise<Result> {
    checkObject('range', range)
    const { protocol, startPort, count } = range
    const exactly: PortRange = { protocol, startPort, count } // the caller's own object may change meanwhile
    checkRange(exactly, 1)
    this.#checkOpen()
    try {
      return await call(exactly)
    } catch (error) {
      this.#checkOpen()
      throw explainPersistent(error, exactly, verb)
    }
  }
}
