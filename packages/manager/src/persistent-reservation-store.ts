import type { PortRange } from '@winport/transport'
import type { OpenPersistentReservation } from './open-persistent-reservation.js'
import type { PersistentReservation } from './persistent-reservation.js'

export interface PersistentCallOptions {
  /**
   * Stops waiting: the promise rejects with an `AbortError`. A reservation that the call creates is deleted again; one that
   * it deletes stays deleted.
   */
  readonly signal?: AbortSignal | undefined
}

/** The persistent reservations of the machine. */
export interface PersistentReservationStore {
  /**
   * Creates a persistent reservation of exactly this range. Needs elevation.
   *
   * Rejects with `ERR_ELEVATION_REQUIRED`, `ERR_PORT_RANGE_IN_USE`, `ERR_RESERVATION_UNSUPPORTED`, an `AbortError`.
   */
  create(range: PortRange, options?: PersistentCallOptions): Promise<PersistentReservation>

  /**
   * Finds the persistent reservation that was created with exactly this range.
   *
   * Rejects with `ERR_RESERVATION_NOT_FOUND`, `ERR_RESERVATION_UNSUPPORTED`, an `AbortError`.
   */
  lookup(range: PortRange, options?: PersistentCallOptions): Promise<PersistentReservation>

  /**
   * Finds the persistent reservation of exactly this range, or creates it, which needs elevation.
   *
   * Rejects with `ERR_ELEVATION_REQUIRED`, `ERR_PORT_RANGE_IN_USE`, `ERR_RESERVATION_UNSUPPORTED`, an `AbortError`.
   */
  ensure(range: PortRange, options?: PersistentCallOptions): Promise<PersistentReservation>

  /**
   * Finds the persistent reservation of exactly this range, for use until the manager is closed: its token is looked up
   * again before each use. Rejects as {@link lookup} does.
   */
  open(range: PortRange, options?: PersistentCallOptions): Promise<OpenPersistentReservation>

  /**
   * Deletes the persistent reservation that was created with exactly this range. Needs elevation. Sockets that are bound
   * keep their ports until they close.
   *
   * Rejects with `ERR_ELEVATION_REQUIRED`, `ERR_RESERVATION_NOT_FOUND`, `ERR_RESERVATION_UNSUPPORTED`, an `AbortError`.
   */
  delete(range: PortRange, options?: PersistentCallOptions): Promise<void>
}
