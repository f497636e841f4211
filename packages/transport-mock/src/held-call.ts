import { nextTurn } from '@winport/transport/backend'
import { errorNumber } from './error-number.js'
import type { HeldMockCall } from './fault-plan.js'

/** The kernel's side of a call that waits. */
export class HeldCall implements HeldMockCall {
  readonly pending: Promise<void>
  /** Resolves with undefined to carry out the call, or with an error number to make it fail. */
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

/** A held call that completes in the next turn of the event loop. */
export function heldOneTurn(): HeldCall {
  const held = new HeldCall()
  void nextTurn().then(() => held.complete())
  return held
}
