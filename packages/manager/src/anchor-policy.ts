import type { AddressFamily } from '@winport/transport'
import { type Routine, runLater, runNow, step } from './routine.js'

/** What an anchor needs before the ports of its block are given to other sockets. */
export type Preparation =
  /** Nothing: it is neither associated nor bound. */
  | 'alone'
  /** It is associated with its own reservation. */
  | 'associated'
  /** It is associated with its own reservation, and bound to a port of it. */
  | 'bound'

const PREPARATIONS: readonly Preparation[] = ['alone', 'associated', 'bound']

/** The address that a block is tried with. */
export type TrialAddress = '127.0.0.1' | '::1' | '::ffff:127.0.0.1'

export type TrialResult = 'served' | 'not associated' | 'not bound'

/** A block on which a policy tries what works. */
export interface TriedBlock {
  /** The family of its anchor. */
  readonly anchorFamily: AddressFamily
  /** @returns false if the anchor cannot be prepared */
  prepare(preparation: Preparation): Routine<boolean>
  /** Opens a socket, associates it, binds it to this address and any port of the block, and closes it. */
  try(address: TrialAddress): Routine<TrialResult>
}

/**
 * How the blocks of one protocol have to be used on this machine. No document says whether a block is served if its
 * anchor is never bound (BEHAVIOURS.md, 18), nor whether its token serves sockets of the other family (19). The policy
 * starts with the simplest answer. When a first use is refused, it tries the others, once, and keeps the one that works.
 */
export class AnchorPolicy {
  /** Counts what this policy has learned. */
  revision = 0
  preparation: Preparation = 'alone'
  /** Whether IPv4 addresses are bound on dual-stack IPv6 sockets, because the token serves no IPv4 sockets. */
  mapsIpv4 = false
  readonly #served = { ipv4: false, ipv6: false }
  #learning: Promise<void> | undefined

  /** Whether some socket has got a port in this way: the preparation is then known to be enough. */
  get hasServed(): boolean {
    return this.#served.ipv4 || this.#served.ipv6
  }

  /** Whether a refusal has another reason than this policy. */
  serves(family: AddressFamily): boolean {
    return this.#served[family]
  }

  noteServed(family: AddressFamily): void {
    this.#served[family] = true
  }

  /**
   * Finds out whether a refusal was due to this policy, and changes the policy if so.
   *
   * @param revision that of the policy when the call was made that was refused
   * @returns whether the policy knows more since: the call must be made again
   */
  *learn(revision: number, family: AddressFamily, block: TriedBlock): Routine<boolean> {
    const isNews = () => this.revision === revision && !this.serves(family)
    yield* step(
      () => {
        if (isNews()) runNow(this.#learn(family, block))
      },
      async () => {
        while (this.#learning !== undefined) await this.#learning
        if (!isNews()) return
        this.#learning = runLater(this.#learn(family, block))
        try {
          await this.#learning
        } finally {
          this.#learning = undefined
        }
      },
    )
    return this.revision !== revision
  }

  *#learn(family: AddressFamily, block: TriedBlock): Routine<void> {
    const isKnown = this.hasServed
    const first = PREPARATIONS.indexOf(this.preparation)
    for (const preparation of PREPARATIONS.slice(first, isKnown ? first + 1 : undefined)) {
      if (!(yield* block.prepare(preparation))) return
      const direct = yield* block.try(family === 'ipv4' ? '127.0.0.1' : '::1')
      if (direct === 'served') return this.#keep(preparation, this.mapsIpv4, family)
      if (family !== 'ipv4' || block.anchorFamily !== 'ipv6') continue
      const mapped = yield* block.try('::ffff:127.0.0.1')
      // Where the preparation is known to be enough, an associated socket is served unless the block is exhausted.
      const isServed = mapped === 'served' || (isKnown && direct === 'not associated' && mapped === 'not bound')
      if (isServed) return this.#keep(preparation, true, family)
    }
  }

  #keep(preparation: Preparation, mapsIpv4: boolean, family: AddressFamily): void {
    this.preparation = preparation
    this.mapsIpv4 = mapsIpv4
    this.noteServed(family)
    this.revision += 1
  }
}
