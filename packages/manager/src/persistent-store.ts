import { checkObject } from '@winport/definitions'
import type { PersistentReservations, PortRange, Transport } from '@winport/transport'
import { BlockSockets } from './block-sockets.js'
import { channels, publish } from './diagnostics.js'
import { explainPersistent } from './explain-error.js'
import type { OpenPersistentReservation } from './open-persistent-reservation.js'
import type { PersistentReservation } from './persistent-reservation.js'
import type { PersistentCallOptions, PersistentReservationStore } from './persistent-reservation-store.js'
import type { RefusalHint } from './refusal-hint.js'
import { checkRange, readSignalOption } from './request-arguments.js'
import { isReservationError } from './reservation-error.js'
import { ReservedBlock } from './reserved-block.js'
import { scopeOf } from './token-scope.js'

/** The persistent reservations that a transport reaches. */
export class PersistentStore implements PersistentReservationStore {
  readonly #transport: Transport
  readonly #endFor: (signal?: AbortSignal) => Error | undefined
  readonly #hint: RefusalHint | undefined

  /** @param endFor why a call must not go on, if so */
  constructor(
    transport: Transport,
    endFor: (signal?: AbortSignal) => Error | undefined,
    hint: RefusalHint | undefined,
  ) {
    this.#transport = transport
    this.#endFor = endFor
    this.#hint = hint
  }

  async create(range: PortRange, options?: PersistentCallOptions): Promise<PersistentReservation> {
    return await this.#run(range, options, async (exactly, signal) => {
      return this.#block(exactly, await this.#create(exactly, signal))
    })
  }

  async lookup(range: PortRange, options?: PersistentCallOptions): Promise<PersistentReservation> {
    return await this.#run(range, options, async (exactly, signal) => {
      return this.#block(exactly, await this.#lookUp(exactly, signal))
    })
  }

  async ensure(range: PortRange, options?: PersistentCallOptions): Promise<PersistentReservation> {
    return await this.#run(range, options, async (exactly, signal) => {
      return this.#block(exactly, await this.#ensure(exactly, signal))
    })
  }

  async open(range: PortRange, options?: PersistentCallOptions): Promise<OpenPersistentReservation> {
    return await this.#run(range, options, async (exactly, signal) => {
      const block = this.#block(exactly, await this.#lookUp(exactly, signal), async (signal) => {
        block.token = await this.#lookUp(exactly, signal)
        return block.token
      })
      return block
    })
  }

  async delete(range: PortRange, options?: PersistentCallOptions): Promise<void> {
    await this.#run(range, options, (exactly, signal) => this.#delete(exactly, signal))
  }

  async #ensure(range: PortRange, signal: AbortSignal | undefined): Promise<bigint> {
    try {
      return await this.#lookUp(range, signal)
    } catch (error) {
      if (!hasCode(error, 'ERR_RESERVATION_NOT_FOUND')) throw error
    }
    try {
      return await this.#create(range, signal)
    } catch (error) {
      if (!hasCode(error, 'ERR_PORT_RANGE_IN_USE')) throw error
      // Another process may have created exactly this range since the first lookup.
      return await this.#lookUp(range, signal).catch((notFound) => {
        throw hasCode(notFound, 'ERR_RESERVATION_NOT_FOUND') ? error : notFound
      })
    }
  }

  async #create(range: PortRange, signal: AbortSignal | undefined): Promise<bigint> {
    return await this.#call(range, 'create', signal, (persistent) => persistent.create(range, { signal }))
  }

  async #lookUp(range: PortRange, signal: AbortSignal | undefined): Promise<bigint> {
    return await this.#call(range, 'lookup', signal, (persistent) => persistent.lookup(range, { signal }))
  }

  async #delete(range: PortRange, signal: AbortSignal | undefined): Promise<void> {
    await this.#call(range, 'delete', signal, (persistent) => persistent.delete(range, { signal }))
  }

  /** Makes one call of the transport, and explains its failure. */
  async #call<Result>(
    range: PortRange,
    verb: 'create' | 'lookup' | 'delete',
    signal: AbortSignal | undefined,
    call: (persistent: PersistentReservations) => Promise<Result>,
  ): Promise<Result> {
    const end = this.#endFor(signal)
    if (end !== undefined) throw end
    try {
      return await call(this.#transport.persistent)
    } catch (error) {
      throw this.#endFor(signal) ?? explainPersistent(error, range, verb, this.#hint)
    }
  }

  /** Checks the arguments, copies the range, which the caller may change later, and publishes the failure. */
  async #run<Result>(
    range: PortRange,
    options: PersistentCallOptions = {},
    work: (exactly: PortRange, signal: AbortSignal | undefined) => Promise<Result>,
  ): Promise<Result> {
    checkObject('range', range)
    const { protocol, startPort, count } = range
    const exactly: PortRange = { protocol, startPort, count }
    checkRange(exactly)
    const signal = readSignalOption(options)
    try {
      return await work(exactly, signal)
    } catch (error) {
      if (channels.failure.hasSubscribers)
        publish('failure', this.#transport, exactly, { operation: 'persistent', error })
      throw error
    }
  }

  async #isCurrent(range: PortRange, token: bigint, signal: AbortSignal | undefined): Promise<boolean | undefined> {
    try {
      return (await this.#lookUp(range, signal)) === token
    } catch (error) {
      return hasCode(error, 'ERR_RESERVATION_NOT_FOUND') ? false : undefined
    }
  }

  /** @param nextToken looks the token up before each use. Default: it stays the same */
  #block(
    range: PortRange,
    token: bigint,
    nextToken?: (signal: AbortSignal | undefined) => Promise<bigint>,
  ): ReservedBlock {
    const sockets = new BlockSockets(this.#transport, range, {
      kind: 'persistent',
      isHeld: () => this.#endFor() === undefined,
      token: nextToken ?? token,
      isCurrent: (used, signal) => this.#isCurrent(range, used, signal),
      hint: this.#hint,
    })
    return new ReservedBlock(range, token, scopeOf(this.#transport), sockets)
  }
}

function hasCode(error: unknown, code: string): boolean {
  return isReservationError(error) && error.code === code
}
