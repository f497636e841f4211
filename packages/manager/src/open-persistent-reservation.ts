import type { PersistentReservation } from './persistent-reservation.js'

/** A persistent reservation whose token is looked up before each use, so that it survives a restart of the machine. */
export interface OpenPersistentReservation extends PersistentReservation {
  /** The token of the latest use. */
  readonly token: bigint
}
