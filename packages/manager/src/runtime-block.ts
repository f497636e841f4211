import { SIO_RELEASE_PORT_RESERVATION } from '@winport/definitions'
import type { Transport } from '@winport/transport'
import { untilAborted } from '@winport/transport/backend'
import { BlockSockets } from './block-sockets.js'
import { explainRelease } from './explain-error.js'
import { turnFor } from './in-turn.js'
import { PortRotation } from './port-rotation.js'
import type { RefusalHint } from './refusal-hint.js'
import { readSignalOption } from './request-arguments.js'
import type { ReservationRecord } from './reservation-record.js'
import { ReservedBlock } from './reserved-block.js'
import type { ReleaseOptions, RuntimeReservation } from './runtime-reservation.js'
import { callWithToken } from './token-call.js'
import { scopeOf } from './token-scope.js'

/** A runtime reservation as its user has it. The manager has its record. */
export class RuntimeBlock extends ReservedBlock implements RuntimeReservation {
  readonly #record: ReservationRecord
  readonly #sockets: BlockSockets
  /** The turn in which the block is released, if it has to wait. */
  #turn: Promise<void> | undefined
  #released: Promise<void> | undefined

  constructor(transport: Transport, record: ReservationRecord, hint: RefusalHint | undefined) {
    const { token, anchor } = record
    const rotation = new PortRotation(record)
    const sockets = new BlockSockets(transport, record, {
      kind: 'runtime',
      anchor,
      isHeld: () => record.held,
      rotation,
      token,
      hint,
    })
    super(record, token, scopeOf(transport), sockets)
    this.#record = record
    this.#sockets = sockets
    record.belongTo(this)
  }

  get released(): boolean {
    return !this.#record.held
  }

  release(options?: ReleaseOptions): Promise<void> {
    try {
      const signal = options === undefined ? undefined : readSignalOption(options)
      this.#released ??= this.#release()
      return signal === undefined ? this.#released : untilAborted(this.#released, signal)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  /**
   * For a manager that closes: marks the block as released.
   *
   * @returns the turn in which the manager must call {@link endNow}: undefined if at once
   */
  beginRelease(): Promise<void> | undefined {
    this.#turn = turnFor(this.count)
    this.#record.held = false
    this.#sockets.abandon()
    return this.#turn
  }

  /** Ends the reservation, unless that has begun. */
  endNow(): Promise<void> {
    this.#released ??= this.#end()
    return this.#released
  }

  #release(): Promise<void> {
    const turn = this.#record.held ? this.beginRelease() : this.#turn
    return turn === undefined ? this.#end() : turn.then(() => this.#end())
  }

  async #end(): Promise<void> {
    this.#record.end()
    const { anchor } = this.#record
    // Closing the anchor ends the reservation whatever RELEASE does, and cancels RELEASE if it is pending.
    let asked: Promise<void> | undefined
    try {
      asked = callWithToken(anchor.socket, SIO_RELEASE_PORT_RESERVATION, this.#record.token)
    } catch {
      // The close of the anchor ends the reservation.
    }
    let failure: unknown
    try {
      anchor.socket.close()
    } catch (error) {
      failure = explainRelease(error, this)
      this.#sockets.reportFailure('release', failure)
    }
    try {
      await asked // also without a promise: a subscriber that is told of the end may release the block again
    } catch {
      // The close of the anchor has ended the reservation.
    }
    this.#record.reportEnd()
    if (failure !== undefined) throw failure
  }
}
