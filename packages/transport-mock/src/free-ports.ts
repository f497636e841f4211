import type { World } from '@winport/transport/backend'
import { FreeRuns } from './free-runs.js'

/** A set of address families: 1 is IPv4, 2 is IPv6. */
export type Families = 1 | 2 | 3
export const IPV4 = 1
export const IPV6 = 2
export const BOTH = 3

/** The free ports of one protocol, in one pool or in one for each address family. */
export class FreePorts {
  /** The ports of IPv4, or of both families if they share one pool. */
  readonly #ipv4 = new FreeRuns()
  readonly #ipv6: FreeRuns | undefined

  constructor(pools: World['familyPools']) {
    this.#ipv6 = pools === 'two' ? new FreeRuns() : undefined
  }

  /** Whether each address family has its own pool. */
  get apart(): boolean {
    return this.#ipv6 !== undefined
  }

  /** Marks a range as free or taken. */
  set(families: Families, start: number, count: number, free: boolean): void {
    if (this.#ipv6 === undefined) {
      this.#ipv4.set(start, count, free)
      return
    }
    if ((families & IPV4) !== 0) this.#ipv4.set(start, count, free)
    if ((families & IPV6) !== 0) this.#ipv6.set(start, count, free)
  }

  /** The first port of the lowest run of `count` ports inside [from, to) that are free for all the families, or -1. */
  find(families: Families, count: number, from: number, to: number): number {
    if (this.#ipv6 === undefined || families === IPV4) return this.#ipv4.find(count, from, to)
    if (families === IPV6) return this.#ipv6.find(count, from, to)
    let start = this.#ipv4.find(count, from, to)
    while (start >= 0) {
      const both = this.#ipv6.find(count, start, to)
      if (both === start) return start
      start = both < 0 ? -1 : this.#ipv4.find(count, both, to)
    }
    return -1
  }
}
