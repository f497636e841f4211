import { SIO_RELEASE_PORT_RESERVATION } from '@winport/definitions'
import type { Transport } from '@winport/transport'
import { untilAborted } from '@winport/transport/backend'
import { BlockSockets } from './block-sockets.js'
import { explainRelease } from './explain-error.js'
import { inTurn } from './in-turn.js'
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

  async release(options: ReleaseOptions = {}): Promise<void> {
    const signal = readSignalOption(options)
    this.#released ??= this.#release()
    await (signal === undefined ? this.#released : untilAborted(this.#released, signal))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  #release(): Promise<void> {
    this.#record.end()
    this.#sockets.abandon()
    return inTurn(this.count, () => this.#end())
  }

  async #end(): Promise<void> {
    const { anchor } = this.#record
    // Closing the anchor ends the reservation whatever RELEASE does, and cancels RELEASE if it is pending.
    const asked = callWithToken(anchor.socket, SIO_RELEASE_PORT_RESERVATION, this.#record.token)
    let failure: unknown
    try {
      anchor.socket.close()
    } catch (error) {
      failure = explainRelease(error, this)
      this.#sockets.reportFailure('release', failure)
    }
    try {
      await asked
    } catch {
      // The close of the anchor has ended the reservation.
    }
    this.#record.reportEnd()
    if (failure !== undefined) throw failure
  }
}
