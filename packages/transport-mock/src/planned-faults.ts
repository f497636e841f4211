import { outOfRange } from '@winport/definitions'
import { errorNumber } from './error-number.js'
import type { FaultOptions, FaultPlan, HeldMockCall, MockCall } from './fault-plan.js'
import { HeldCall } from './held-call.js'

/** What a call meets: an error number, or a hold. */
export type PlannedFault = number | HeldCall

interface Plan {
  remaining: number
  readonly fault: PlannedFault
}

const NEVER_WAITING: ReadonlySet<MockCall> = new Set(['WSASocketW', 'bind', 'getsockname', 'closesocket'])

/** The kernel's side of a fault plan. */
export class PlannedFaults implements FaultPlan {
  readonly #plans = new Map<MockCall, Plan[]>()

  fail(call: MockCall, error: number | string, options?: FaultOptions): void {
    this.#plan(call, errorNumber(error), options)
  }

  hold(call: MockCall, options?: FaultOptions): HeldMockCall {
    if (NEVER_WAITING.has(call)) throw outOfRange('call', 'a call that returns a promise', call)
    const held = new HeldCall()
    this.#plan(call, held, options)
    return held
  }

  clear(): void {
    this.#plans.clear()
  }

  /** What this call meets, if anything. Counts the call. */
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
