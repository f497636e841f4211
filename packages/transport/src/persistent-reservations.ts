import type { PortRange } from './port-range.js'

/**
 * The six IP Helper functions. All of them reject with an {@link IpHelperError}; where the functions do not exist
 * the error is `ERROR_PROC_NOT_FOUND`. Ranges of the wrong type throw a `TypeError` or `RangeError` before any call.
 */
export interface PersistentReservations {
  /**
   * Creates a reservation that survives restarts and resolves to its token. Needs elevation.
   *
   * Errors: `ERROR_INVALID_PARAMETER` for a zero or a range past 65535, `ERROR_SHARING_VIOLATION` for ports in use or
   * reserved already, `ERROR_ACCESS_DENIED` without elevation.
   */
  create(range: PortRange): Promise<bigint>

  /**
   * Resolves to the token of the reservation that was created with exactly this range. The token may change at every
   * restart of the machine.
   *
   * Errors: `ERROR_NOT_FOUND`, `ERROR_INVALID_PARAMETER` for a zero.
   */
  lookup(range: PortRange): Promise<bigint>

  /**
   * Deletes the reservation that was created with exactly this range. Needs elevation.
   *
   * Errors: `ERROR_NOT_FOUND`, `ERROR_INVALID_PARAMETER` for a zero, `ERROR_ACCESS_DENIED` without elevation.
   */
  delete(range: PortRange): Promise<void>
}
