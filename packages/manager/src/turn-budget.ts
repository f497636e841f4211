import { monotonicTime, nextTurn } from '@winport/transport/backend'

/** How long a search goes on in one turn of the event loop, in milliseconds. */
const BUDGET = 4

/** Lets other work run while a search is under way: timers, signals, servers. */
export class TurnBudget {
  #began = monotonicTime()

  async pauseIfSpent(): Promise<void> {
    if (monotonicTime() - this.#began < BUDGET) return
    await nextTurn()
    this.#began = monotonicTime()
  }
}
