import { isSystemCallError } from '@winport/transport/backend'

/** The codes that are the manager's own. Other failures carry the code that Node reports for them. */
export type ReservationErrorCode =
  /** The ports that were asked for are bound, reserved or excluded. */
  | 'ERR_PORT_RANGE_IN_USE'
  /** Every port of the block is in use. */
  | 'ERR_RESERVATION_EXHAUSTED'
  /** The block was released, or its manager closed. */
  | 'ERR_RESERVATION_RELEASED'
  /** Persistent reservations are for elevated administrators. */
  | 'ERR_ELEVATION_REQUIRED'
  /** This machine, or this backend, has no such facility. */
  | 'ERR_RESERVATION_UNSUPPORTED'
  /** There is no such reservation, or no longer. */
  | 'ERR_RESERVATION_NOT_FOUND'

/** The mark of a {@link ReservationError}, also of one that another copy of this package created. */
const RESERVATION_ERROR = Symbol.for('winport.reservation-error')

/** What a reservation call fails with, in the shape of Node's system errors. */
export class ReservationError extends Error {
  override readonly name: string = 'ReservationError'
  /** One of {@link ReservationErrorCode}, or Node's code for what went wrong, such as `'EADDRINUSE'`. */
  readonly code: ReservationErrorCode | (string & {})
  /** The number of the system's error, if a system call failed: the last, if several did. */
  readonly errno: number | undefined
  /** The system call that failed, if one did. */
  readonly syscall: string | undefined

  constructor(code: ReservationError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    const last: unknown = cause instanceof AggregateError ? cause.errors.at(-1) : cause
    const system = isSystemCallError(last) || isReservationError(last) ? last : undefined
    this.errno = system?.errno
    this.syscall = system?.syscall
    Object.defineProperty(this, RESERVATION_ERROR, { value: true })
  }
}

/** Unlike `instanceof`, true for an error of another copy of this package or of another realm. */
export function isReservationError(error: unknown): error is ReservationError {
  return typeof error === 'object' && error !== null && Reflect.get(error, RESERVATION_ERROR) === true
}
