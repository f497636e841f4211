import type { World } from '../backend/world.js'
import type { Protocol } from '../port-range.js'
import { SystemCallError } from '../system-call-error.js'
import type { Transport } from '../transport.js'
import type { AddressFamily, WinsockSocket } from '../winsock-socket.js'
import { loopback } from './loopback.js'
import type { Granted, ReservationCalls } from './reservation-calls.js'

/** A block that gives out its ports, and the socket that it ends with. */
export interface ServedBlock extends Granted {
  readonly anchor: WinsockSocket
}

export interface ServedBlockOptions {
  /** Defaults to 0, a wildcard. */
  readonly startPort?: number
  /** The family of the anchor. Defaults to `'ipv4'`. */
  readonly family?: AddressFamily
}

/** In the order in which they are tried: each asks more of the anchor than the one before. */
const STEPS: readonly World['blockServed'][] = ['at-once', 'anchor-associated', 'anchor-bound']

/** Blocks that give out their ports, and what a run of the suite has found out about what that takes. */
export class ServedBlocks {
  readonly #found = new Map<string, World['blockServed']>()

  /**
   * Acquires a block and prepares its anchor.
   *
   * Where the anchor must be bound, one more port is acquired for it, after the last of the block: the `count` ports of
   * the block are free in every world.
   */
  async open(
    t: ReservationCalls,
    transport: Transport,
    protocol: Protocol,
    count: number,
    { startPort = 0, family = 'ipv4' }: ServedBlockOptions = {},
  ): Promise<ServedBlock> {
    const served = t.world?.blockServed ?? (await this.#find(t, transport, protocol, family))
    const anchor = transport.openSocket({ protocol, family })
    const granted = await t.acquire(anchor, startPort, served === 'anchor-bound' ? count + 1 : count)
    if (served !== 'at-once') await t.associate(anchor, granted.token)
    if (served === 'anchor-bound') anchor.bind({ address: loopback(family), port: granted.startPort + count })
    return { ...granted, count, anchor }
  }

  async #find(
    t: ReservationCalls,
    transport: Transport,
    protocol: Protocol,
    family: AddressFamily,
  ): Promise<World['blockServed']> {
    const key = `${protocol} ${family}`
    const found = this.#found.get(key) ?? (await findBlockServed(t, transport, { protocol, family, given: true }))
    this.#found.set(key, found)
    return found
  }
}

export interface Claim {
  readonly protocol: Protocol
  readonly family: AddressFamily
  /** Whether the second socket binds a given port of the block, and not port 0. */
  readonly given: boolean
}

/**
 * Finds out what it takes until a second socket gets a port of a block: a never-bound anchor, one that is associated,
 * or one that is also bound.
 *
 * @throws the error of the last attempt, if none of the three is enough
 */
export async function findBlockServed(
  t: ReservationCalls,
  transport: Transport,
  { protocol, family, given }: Claim,
): Promise<World['blockServed']> {
  const address = loopback(family)
  using anchor = transport.openSocket({ protocol, family })
  const { startPort, token } = await t.acquire(anchor, 0, 4)
  let refusal: unknown
  for (const step of STEPS) {
    if (step === 'anchor-associated') await t.associate(anchor, token)
    if (step === 'anchor-bound') anchor.bind({ address, port: startPort })
    try {
      const { socket, port } = await t.bindFrom(transport, protocol, token, given ? startPort + 2 : 0, family)
      socket.close()
      if (port >= startPort && port < startPort + 4) return step
      refusal = new Error(`Port ${port} is not in the block ${startPort}-${startPort + 3}`)
      t.note(`${step}: a port outside the block`)
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error
      refusal = error
      t.note(`${step}: ${error.code} from ${error.syscall}`)
    }
  }
  throw refusal
}
