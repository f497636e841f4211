/** The calls that have been made and are not settled yet. */
export class OutstandingCalls {
  readonly #calls = new Set<Promise<unknown>>()

  get size(): number {
    return this.#calls.size
  }

  track<Result>(call: Promise<Result>): Promise<Result> {
    this.#calls.add(call)
    const forget = () => this.#calls.delete(call)
    call.then(forget, forget)
    return call
  }

  /** Resolves when every call has resolved or rejected. */
  async settled(): Promise<void> {
    while (this.#calls.size > 0) await Promise.allSettled(this.#calls)
  }
}
