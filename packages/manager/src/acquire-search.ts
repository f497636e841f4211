import { LAST_PORT } from '@winport/definitions'
import type { Protocol } from '@winport/transport'
import type { AcquireRequest } from './acquire-request.js'
import { explainSearch } from './explain-error.js'
import { inTurn } from './in-turn.js'
import { MatchedBlocks } from './matched-blocks.js'
import type { MatchedReservation } from './matched-reservation.js'
import type { RefusalHint } from './refusal-hint.js'
import { isReservationError, type ReservationError } from './reservation-error.js'
import type { RuntimeReservation } from './runtime-reservation.js'

/** What a search needs from the manager. */
export interface SearchAccess {
  /** Acquires one block. Start port 0 lets the kernel choose. A refusal is returned: to throw one for each place takes time. */
  acquireAt(protocol: Protocol, startPort: number): Promise<RuntimeReservation | ReservationError>
  /** The highest of these ports that the manager itself holds, or 0. @param protocol undefined for any */
  highestHeld(protocol: Protocol | undefined, startPort: number, count: number): number
  /** For the error of a search in which no place was granted. */
  readonly hint: RefusalHint | undefined
  /** The refusals from now on are only counted: an error without a reason will do. */
  onlyCount(): void
  /** Closes what the search has kept open. */
  end(): void
}

// Other programs need ports while a search keeps the blocks that it cannot use.
const MOST_KEPT_BLOCKS = 256
const MOST_KEPT_PORTS = 4096

/** How many refusals the error of a search has in its cause. */
const MOST_REFUSALS = 100

/** Acquires a block for one protocol, at the first place of the request that the kernel grants. */
export async function searchOne(
  request: AcquireRequest,
  protocol: Protocol,
  access: SearchAccess,
): Promise<RuntimeReservation> {
  const search = new Search(request, [protocol], access, async (block) => block)
  return await search.run().finally(() => access.end())
}

/** Acquires the same range for both protocols, at the first place of the request that the kernel grants. */
export async function searchBoth(request: AcquireRequest, access: SearchAccess): Promise<MatchedReservation> {
  const search = new Search(request, ['tcp', 'udp'], access, async (block) => {
    const { protocol, startPort } = block
    const other = await access.acquireAt(protocol === 'tcp' ? 'udp' : 'tcp', startPort)
    if (isReservationError(other)) return other
    return protocol === 'tcp' ? new MatchedBlocks(block, other) : new MatchedBlocks(other, block)
  })
  return await search.run().finally(() => access.end())
}

class Search<Granted> {
  readonly #request: AcquireRequest
  readonly #protocols: readonly [Protocol, ...Protocol[]]
  readonly #access: SearchAccess
  /** Turns a block of one protocol into the result, or returns a refusal and leaves the block to the caller. */
  readonly #complete: (block: RuntimeReservation) => Promise<Granted | ReservationError>
  /** The first refusals. */
  readonly #refusals: ReservationError[] = []
  #refused = 0
  /** The ports of which every start port was tried, if the kernel was to choose. */
  #covered: readonly [from: number, to: number] | undefined

  constructor(
    request: AcquireRequest,
    protocols: readonly [Protocol, ...Protocol[]],
    access: SearchAccess,
    complete: (block: RuntimeReservation) => Promise<Granted | ReservationError>,
  ) {
    this.#request = request
    this.#protocols = protocols
    this.#access = access
    this.#complete = complete
  }

  /** Tries each place in turn. Rejects with the refusals, or with the first other failure. */
  async run(): Promise<Granted> {
    const { places, within } = this.#request
    for (const place of places) {
      const granted = place === 'anywhere' ? await this.#anywhere() : await this.#between(...place)
      if (granted !== undefined) return granted
    }
    const [only, another] = this.#refusals
    const isAlone = only !== undefined && another === undefined && places.length === 1 && within === undefined
    throw isAlone ? only : explainSearch(this.#refusals, this.#refused, this.#request, this.#covered, this.#access.hint)
  }

  /** Tries every start port of a range, the lowest first. */
  async #between(first: number, last: number): Promise<Granted | undefined> {
    const { protocol, count, exclude } = this.#request
    for (let startPort = first; startPort <= last; ) {
      const excluded = exclude?.highestIn(startPort, count) ?? 0
      if (excluded > 0) {
        startPort = excluded + 1
        continue
      }
      const granted = await this.#at(startPort)
      if (granted !== undefined) return granted
      // No start port is free up to the end of a block of this manager.
      startPort = Math.max(startPort, this.#access.highestHeld(protocol, startPort, count)) + 1
    }
    return undefined
  }

  async #at(startPort: number): Promise<Granted | undefined> {
    const [protocol] = this.#protocols
    const block = await inTurn(this.#request.count, () => this.#access.acquireAt(protocol, startPort))
    if (this.#isRefused(block)) return undefined
    let granted: Granted | ReservationError | undefined
    try {
      granted = await this.#complete(block)
    } finally {
      if (granted === undefined || isReservationError(granted)) await releaseAll([block])
    }
    return this.#isRefused(granted) ? undefined : granted
  }

  /** Lets the kernel choose. */
  async #anywhere(): Promise<Granted | undefined> {
    let [from, to] = [LAST_PORT, 0]
    for (const protocol of this.#protocols) {
      const offers = await this.#offers(protocol)
      if (offers.granted !== undefined) return offers.granted
      if (offers.to === 0) return undefined // there is no place for this protocol
      from = Math.min(from, offers.from)
      to = Math.max(to, offers.to)
    }
    // The blocks that were kept hid the places that overlap them.
    const overlap = this.#request.count - 1
    const [lowest, highest] = [Math.max(1, from - overlap), Math.min(LAST_PORT, to + overlap)]
    this.#covered = [lowest, highest]
    return (await this.#between(from, highest - overlap)) ?? (await this.#between(lowest, from - 1))
  }

  /**
   * Asks the kernel for one block after another. Those that cannot be used are kept meanwhile, so that the kernel does not
   * offer them again.
   *
   * @returns the ports where the kernel offers blocks: `to` is 0 if it offers none, and the last port if it could offer more
   */
  async #offers(protocol: Protocol): Promise<{ granted?: Granted; from: number; to: number }> {
    const { count, exclude } = this.#request
    const kept: RuntimeReservation[] = []
    let [from, to] = [LAST_PORT, 0]
    try {
      while (kept.length < MOST_KEPT_BLOCKS && kept.length * count < MOST_KEPT_PORTS) {
        const block = await inTurn(count, () => this.#access.acquireAt(protocol, 0))
        if (this.#isRefused(block)) return { from, to }
        kept.push(block)
        from = Math.min(from, block.startPort)
        to = Math.max(to, block.endPort)
        if ((exclude?.highestIn(block.startPort, count) ?? 0) > 0) continue
        const granted = await this.#complete(block)
        if (this.#isRefused(granted)) continue
        kept.pop()
        return { granted, from, to }
      }
      return { from, to: LAST_PORT }
    } finally {
      await releaseAll(kept)
    }
  }

  /** Keeps a refusal. */
  #isRefused<Result>(answer: Result | ReservationError): answer is ReservationError {
    if (!isReservationError(answer)) return false
    this.#refused += 1
    if (this.#refusals.length < MOST_REFUSALS) this.#refusals.push(answer)
    else this.#access.onlyCount()
    return true
  }
}

async function releaseAll(blocks: readonly RuntimeReservation[]): Promise<void> {
  await Promise.allSettled(blocks.map((block) => block.release()))
}

/** Whether these ports are taken: other places may be free. */
export function isRefusal(error: unknown): error is ReservationError {
  return isReservationError(error) && error.code === 'ERR_PORT_RANGE_IN_USE'
}
