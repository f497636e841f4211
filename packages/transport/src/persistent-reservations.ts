import type { PortRange } from './port-range.js'

export interface PersistentOptions {
  /** Cancels the call, as far as possible. See {@link PersistentReservations}. */
  readonly signal?: AbortSignal | undefined
}

/**
 * IP Helper's functions for persistent reservations. They reject with an {@link IpHelperError}; where the functions do not
 * exist its code is `ERROR_PROC_NOT_FOUND`. An argument of the wrong type throws a `TypeError` or `RangeError` before any call.
 *
 * The functions themselves cannot be cancelled. When `signal` aborts, the promise rejects immediately with an `AbortError`
 * whose `cause` is the signal's reason. A call that has not started is never made. A call that has started runs to its end:
 * a reservation that it creates is deleted before any other call is made and before `Transport.close` resolves; a reservation
 * that it deletes stays deleted. If the system refuses to delete the new reservation, it remains, and no error is reported.
 */
export interface PersistentReservations {
  /**
   * Creates a reservation that survives restarts, and resolves to its token. Needs elevation.
   *
   * Errors: `ERROR_INVALID_PARAMETER` for a start port or count of 0 or a range past 65535, `ERROR_SHARING_VIOLATION` for
   * ports that are in use or reserved, `ERROR_ACCESS_DENIED` without elevation.
   */
  create(range: PortRange, options?: PersistentOptions): Promise<bigint>

  /**
   * Resolves to the token of the reservation that was created with exactly this range. The token may change at every
   * restart of the machine.
   *
   * Errors: `ERROR_NOT_FOUND`, `ERROR_INVALID_PARAMETER` for a start port or count of 0.
   */
  lookup(range: PortRange, options?: PersistentOptions): Promise<bigint>

  /**
   * Deletes the reservation that was created with exactly this range. Needs elevation.
   *
   * Errors: `ERROR_NOT_FOUND`, `ERROR_INVALID_PARAMETER` for a start port or count of 0, `ERROR_ACCESS_DENIED` without
   * elevation.
   */
  delete(range: PortRange, options?: PersistentOptions): Promise<void>
}
