/**
 * The calls that can be made to fail or wait. Windows' names, without the protocol in those of persistent reservations;
 * those of `WinsockSocket` for the last four.
 */
export type MockCall =
  | 'WSASocketW'
  | 'SIO_ACQUIRE_PORT_RESERVATION'
  | 'SIO_ASSOCIATE_PORT_RESERVATION'
  | 'SIO_RELEASE_PORT_RESERVATION'
  | 'bind'
  | 'getsockname'
  | 'closesocket'
  | 'CreatePersistentPortReservation'
  | 'LookupPersistentPortReservation'
  | 'DeletePersistentPortReservation'
  | 'listen'
  | 'adopt'
  | 'adoptInto'
  | 'connect'

export interface FaultOptions {
  /** Which of the next calls of this kind is affected, an integer >= 1. Defaults to 1, the next one. */
  readonly nth?: number
}

/** Makes future calls of a kernel fail or wait, whichever process makes them. */
export interface FaultPlan {
  /**
   * Makes a call fail.
   *
   * @param error the error's number, such as 10050, or its name, such as `'WSAENETDOWN'`
   * @throws TypeError, RangeError for an error or an `nth` that does not exist
   */
  fail(call: MockCall, error: number | string, options?: FaultOptions): void

  /**
   * Makes a call wait until the test completes it. Only calls that return a promise can wait: a hold skips blocking
   * control calls.
   *
   * @throws RangeError for a call that never returns a promise, such as `'bind'`
   */
  hold(call: MockCall, options?: FaultOptions): HeldMockCall

  /** Removes every fault and hold that no call has met. Calls that are already pending stay pending. */
  clear(): void
}

/** A call that waits until the test completes it, or until it is aborted. */
export interface HeldMockCall {
  /** Resolves when the call has been made and is pending. */
  readonly pending: Promise<void>
  /** Carries out the call. Has no effect on a call that was aborted. */
  complete(): void
  /** Makes the call fail. Accepts the same errors as {@link FaultPlan.fail}. */
  fail(error: number | string): void
}
