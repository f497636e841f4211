import { monotonicTime } from '@winport/transport/backend'

/** The longest time that a search for ports probes the host before it lets other work run, in milliseconds. */
const STEP = 5

/** A search that yields between its steps, and returns a port or -1. */
export type Search = Generator<void, number>

/** The ports of the host, some of which other programs use. Each probe is a bind, which costs about 10 µs. */
export class HostPorts {
  readonly #probe: (port: number) => boolean
  /** Ports that were in use at their last probe. A search probes them first, because most of them still are. */
  readonly #inUse = new Set<number>()
  #stepBegan = 0

  /** @param probe whether a port is free; what it throws comes out of every method */
  constructor(probe: (port: number) => boolean) {
    this.#probe = probe
  }

  isFree(port: number): boolean {
    const free = this.#probe(port)
    if (free) this.#inUse.delete(port)
    else this.#inUse.add(port)
    return free
  }

  /** Must be called when a search begins. */
  beginStep(): void {
    this.#stepBegan = monotonicTime()
  }

  /** A port of the range that is in use, or -1. Yields where the search must let other work run. */
  *findInUse(startPort: number, count: number): Search {
    const end = startPort + count
    for (const port of this.#inUse) {
      if (port < startPort || port >= end) continue
      if (!this.isFree(port)) return port
      if (this.#isStepOver()) yield* this.#nextStep()
    }
    for (let port = end - 1; port >= startPort; port--) {
      if (!this.isFree(port)) return port
      if (this.#isStepOver()) yield* this.#nextStep()
    }
    return -1
  }

  #isStepOver(): boolean {
    return monotonicTime() - this.#stepBegan > STEP
  }

  *#nextStep(): Generator<void, void> {
    yield
    this.beginStep()
  }
}

/** Runs a search to its end. Awaits `pause` between its steps; what it throws ends the search. */
export async function finishInTurns(search: Search, pause: () => Promise<unknown>): Promise<number> {
  for (;;) {
    const { done, value } = search.next()
    if (done === true) return value
    await pause()
  }
}

/** Runs a search to its end without letting other work run. */
export function finish(search: Search): number {
  for (;;) {
    const { done, value } = search.next()
    if (done === true) return value
  }
}
