import { SIO_ASSOCIATE_PORT_RESERVATION } from '@winport/definitions'
import type { AddressFamily, PortRange, Transport, WinsockSocket } from '@winport/transport'
import { codeOf } from '@winport/transport/backend'
import type { UsableAnchor } from './anchor.js'
import { AnchorPolicy, type Preparation } from './anchor-policy.js'
import { BlockSockets } from './block-sockets.js'
import { closeQuietly } from './close-quietly.js'
import { explainAssociate } from './explain-error.js'
import type { RefusalHint } from './refusal-hint.js'
import { meansNoSuchFamily } from './refusals.js'
import { readSignalOption } from './request-arguments.js'
import { ReservedBlock } from './reserved-block.js'
import { type Routine, step } from './routine.js'
import type { ReleaseOptions, RuntimeReservation } from './runtime-reservation.js'
import { callWithToken } from './token-call.js'

/** A block that another manager of this process has acquired, often in another thread. Its owner releases it. */
export class OpenedBlock extends ReservedBlock implements RuntimeReservation {
  readonly #transport: Transport
  readonly #sockets: BlockSockets
  #forgotten = false

  /** @param isOpen whether the manager that opened it is open */
  constructor(
    transport: Transport,
    range: PortRange,
    token: bigint,
    tokenScope: string,
    isOpen: () => boolean,
    hint: RefusalHint | undefined,
  ) {
    const sockets = new BlockSockets(transport, range, {
      kind: 'opened',
      anchor: new OtherThreadsAnchor(),
      isHeld: () => isOpen() && !this.#forgotten,
      token,
      isCurrent: async (_token, signal) => await this.#isCurrent(signal),
      hint,
    })
    super(range, token, tokenScope, sockets)
    this.#transport = transport
    this.#sockets = sockets
  }

  /** True once {@link release} has been called. The block itself is not released by that. */
  get released(): boolean {
    return this.#forgotten
  }

  /** Forgets the block. Only its owner can release it. */
  async release(options: ReleaseOptions = {}): Promise<void> {
    readSignalOption(options)
    this.#forgotten = true
    this.#sockets.abandon()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  /** Rejects with `ERR_RESERVATION_NOT_FOUND` if the system does not have the reservation. */
  async checkCurrent(signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#associate(signal)
    } catch (error) {
      this.#sockets.checkUsable({ signal })
      const { protocol, startPort, count } = this
      throw explainAssociate(error, { protocol, startPort, count }, 'opened', 0, undefined)
    }
  }

  async #isCurrent(signal: AbortSignal | undefined): Promise<boolean> {
    try {
      await this.#associate(signal)
      return true
    } catch {
      return false
    }
  }

  /** Associates a socket that is closed again: the system accepts the token as long as the reservation exists. */
  async #associate(signal: AbortSignal | undefined): Promise<void> {
    const socket = this.#openSocket('ipv6')
    try {
      await callWithToken(socket, SIO_ASSOCIATE_PORT_RESERVATION, this.token, signal)
    } finally {
      closeQuietly(socket)
    }
  }

  /** An IPv6 socket, as an anchor is one where the machine has IPv6. */
  #openSocket(family: AddressFamily): WinsockSocket {
    try {
      return this.#transport.openSocket({ protocol: this.protocol, family })
    } catch (error) {
      if (family === 'ipv4' || !meansNoSuchFamily(codeOf(error))) throw error
      return this.#openSocket('ipv4')
    }
  }
}

/** The anchor is a socket of the owner: it cannot be prepared from here. */
class OtherThreadsAnchor implements UsableAnchor {
  readonly policy: AnchorPolicy = new AnchorPolicy()
  readonly family = 'ipv6'
  readonly port: undefined
  readonly isPrepared = true

  prepare(preparation: Preparation): Routine<void> {
    const check = () => {
      if (preparation !== 'alone') throw new Error('Only the owner of the block can prepare its anchor')
    }
    return step(check, async () => check())
  }
}
