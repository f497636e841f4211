import { invalidArgType, ipHelperError, outOfRange, winsockError } from '@winport/definitions'

/** The calls that can be made to fail or wait, by the names that Windows gives them, or Node for the last three. */
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
  | 'attach'
  | 'connect'

export interface FaultOptions {
  /** Which call of this kind from now on: 1, the default, is the next. */
  readonly nth?: number
}

/** A call that stays pending until it is told, or aborted. */
export interface HeldMockCall {
  /** Resolves when the call has been made and is pending. */
  readonly pending: Promise<void>
  /** Lets the kernel carry out the call now. Nothing happens if it was aborted meanwhile. */
  complete(): void
  /** Makes the call fail. */
  fail(error: number | string): void
}

/** @internal What a planned call meets: an error number, or a hold. */
export type PlannedFault = number | Hold

interface Plan {
  remaining: number
  readonly fault: PlannedFault
}

const NEVER_WAITING: ReadonlySet<MockCall> = new Set(['WSASocketW', 'bind', 'getsockname', 'closesocket'])

/** Which of the calls to come fail, and which wait. */
export class FaultPlan {
  readonly #plans = new Map<MockCall, Plan[]>()

  /**
   * Makes a call fail.
   *
   * @param error the number, such as 10050, or the name, such as `'WSAENETDOWN'`
   */
  fail(call: MockCall, error: number | string, options?: FaultOptions): void {
    this.#plan(call, errorNumber(error), options)
  }

  /**
   * Makes a call wait. Only calls that return a promise can wait: a hold passes over blocking control calls.
   *
   * @throws RangeError for a call that never returns a promise, such as `'bind'`
   */
  hold(call: MockCall, options?: FaultOptions): HeldMockCall {
    if (NEVER_WAITING.has(call)) throw outOfRange('call', 'a call that returns a promise', call)
    const hold = new Hold()
    this.#plan(call, hold, options)
    return hold
  }

  /** Drops every plan; calls that are pending already stay so. */
  clear(): void {
    this.#plans.clear()
  }

  /** @internal What this call meets, if anything. */
  take(call: MockCall, canWait: boolean): PlannedFault | undefined {
    if (this.#plans.size === 0) return undefined
    const plans = this.#plans.get(call)
    if (plans === undefined) return undefined
    let due: Plan | undefined
    for (const plan of plans) {
      if (typeof plan.fault !== 'number' && !canWait) continue
      plan.remaining--
      if (plan.remaining <= 0) due ??= plan
    }
    if (due === undefined) return undefined
    plans.splice(plans.indexOf(due), 1)
    if (plans.length === 0) this.#plans.delete(call)
    return due.fault
  }

  #plan(call: MockCall, fault: PlannedFault, { nth = 1 }: FaultOptions = {}): void {
    if (!Number.isInteger(nth) || nth < 1) throw outOfRange('nth', 'an integer >= 1', nth)
    const plans = this.#plans.get(call)
    if (plans === undefined) this.#plans.set(call, [{ remaining: nth, fault }])
    else plans.push({ remaining: nth, fault })
  }
}

/** @internal The kernel's side of a held call. */
export class Hold implements HeldMockCall {
  readonly pending: Promise<void>
  /** Settles when the test says how the call goes on: undefined to carry it out, or the error number. */
  readonly outcome: Promise<number | undefined>
  #begun: () => void = () => {}
  #settle: (errno: number | undefined) => void = () => {}

  constructor() {
    this.pending = new Promise((resolve) => {
      this.#begun = resolve
    })
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  complete(): void {
    this.#settle(undefined)
  }

  fail(error: number | string): void {
    this.#settle(errorNumber(error))
  }

  begin(): void {
    this.#begun()
  }
}

function errorNumber(error: number | string): number {
  if (typeof error === 'number' && Number.isInteger(error) && error > 0) return error
  if (typeof error !== 'string') throw invalidArgType('error', "an error's number or name", error)
  const entry = winsockError(error) ?? ipHelperError(error)
  if (entry === undefined) throw outOfRange('error', "an error's number or name, such as 'WSAENETDOWN'", error)
  return entry.number
}
