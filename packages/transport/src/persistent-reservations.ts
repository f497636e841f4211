import type { PortRange } from './port-range.js'

export interface PersistentOptions {
  /** Gives up waiting. See {@link PersistentReservations}. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The six IP Helper functions. All of them reject with an {@link IpHelperError}; where the functions do not exist
 * the error is `ERROR_PROC_NOT_FOUND`. Ranges of the wrong type throw a `TypeError` or `RangeError` before any call.
 *
 * The functions themselves cannot be cancelled. A `signal` that aborts makes the promise reject at once, with an
 * `AbortError` whose `cause` is its reason, and a call that has not begun is never made. One that has begun is seen
 * through: a reservation that it creates is deleted again, before any other call and before `Transport.close` resolves
 * (should the system refuse that, it stays, and nobody is told); one that it deletes stays deleted.
 */
export interface PersistentReservations {
  /**
   * Creates a reservation that survives restarts and resolves to its token. Needs elevation.
   *
   * Errors: `ERROR_INVALID_PARAMETER` for a zero or a range past 65535, `ERROR_SHARING_VIOLATION` for ports in use or
   * reserved already, `ERROR_ACCESS_DENIED` without elevation.
   */
  create(range: PortRange, options?: PersistentOptions): Promise<bigint>

  /**
   * Resolves to the token of the reservation that was created with exactly this range. The token may change at every
   * restart of the machine.
   *
   * Errors: `ERROR_NOT_FOUND`, `ERROR_INVALID_PARAMETER` for a zero.
   */
  lookup(range: PortRange, options?: PersistentOptions): Promise<bigint>

  /**
   * Deletes the reservation that was created with exactly this range. Needs elevation.
   *
   * Errors: `ERROR_NOT_FOUND`, `ERROR_INVALID_PARAMETER` for a zero, `ERROR_ACCESS_DENIED` without elevation.
   */
  delete(range: PortRange, options?: PersistentOptions): Promise<void>
}
