import { SIO_ASSOCIATE_PORT_RESERVATION } from '@winport/definitions'
import type { AddressFamily, PortRange, WinsockSocket } from '@winport/transport'
import type { AnchorPolicy, Preparation } from './anchor-policy.js'
import { randomInteger } from './random-integer.js'
import { type Routine, runLater, runNow, step } from './routine.js'
import { tokenCall } from './token-call.js'

/** What a user of a block needs of its anchor. */
export interface UsableAnchor {
  readonly policy: AnchorPolicy
  readonly family: AddressFamily
  readonly port: number | undefined
  readonly isPrepared: boolean
  prepare(preparation: Preparation): Routine<void>
}

/** The socket that a runtime reservation was acquired on. The reservation ends with it. */
export class Anchor implements UsableAnchor {
  readonly socket: WinsockSocket
  readonly policy: AnchorPolicy
  readonly #range: PortRange
  readonly #token: bigint
  #preparation: Preparation = 'alone'
  /** The latest preparation that did not block. */
  #preparing: Promise<void> | undefined
  #port: number | undefined

  constructor(socket: WinsockSocket, range: PortRange, token: bigint, policy: AnchorPolicy) {
    this.socket = socket
    this.policy = policy
    this.#range = range
    this.#token = token
  }

  get family(): AddressFamily {
    return this.socket.family
  }

  /** The port of the block that the anchor is bound to, if it had to be bound. It is available to others: see `#bind`. */
  get port(): number | undefined {
    return this.#port
  }

  /** Whether nothing remains to be done before a socket uses the block. */
  get isPrepared(): boolean {
    const { preparation } = this.policy
    return this.#preparation === preparation || preparation === 'alone' || this.#preparation === 'bound'
  }

  /** Associates the anchor with its own reservation, and binds it, if `preparation` says so and it is not done yet. */
  prepare(preparation: Preparation): Routine<void> {
    return step(
      () => runNow(this.#prepare(preparation)),
      () => {
        const before = this.#preparing?.catch(() => {}) ?? Promise.resolve()
        this.#preparing = before.then(() => runLater(this.#prepare(preparation)))
        return this.#preparing
      },
    )
  }

  *#prepare(preparation: Preparation): Routine<void> {
    if (preparation !== 'alone' && this.#preparation === 'alone') {
      yield* tokenCall(this.socket, SIO_ASSOCIATE_PORT_RESERVATION, this.#token)
      this.#note('associated')
    }
    if (preparation === 'bound' && this.#preparation === 'associated') {
      this.#bind()
      this.#note('bound')
    }
  }

  /** A blocking call may have done more meanwhile. */
  #note(done: Preparation): void {
    if (this.#preparation !== 'bound') this.#preparation = done
  }

  /**
   * Binds the anchor to a random loopback address. Windows lets sockets bind every other address of the same port, and
   * 0.0.0.0 and '::' as well, so that the block loses no port
   * (https://learn.microsoft.com/windows/win32/winsock/using-so-reuseaddr-and-so-exclusiveaddruse).
   */
  #bind(): void {
    const loopback = `127.${randomInteger(1, 254)}.${randomInteger(1, 254)}.${randomInteger(1, 254)}`
    this.socket.bind({ address: this.family === 'ipv6' ? `::ffff:${loopback}` : loopback, port: 0 })
    const { port } = this.socket.localAddress()
    const { startPort, count } = this.#range
    if (port >= startPort && port < startPort + count) this.#port = port
  }
}
