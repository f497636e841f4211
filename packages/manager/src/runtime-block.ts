import { untilAborted } from '@winport/transport/backend'
import { readSignalOption } from './request-arguments.js'
import type { ReservationRecord } from './reservation-record.js'
import { ReservedBlock } from './reserved-block.js'
import type { ReleaseOptions, RuntimeReservation } from './runtime-reservation.js'
import { scopeOf } from './token-scope.js'

/** A runtime reservation as its user has it. The manager has its record. */
export class RuntimeBlock extends ReservedBlock implements RuntimeReservation {
  readonly #record: ReservationRecord

  constructor(record: ReservationRecord) {
    super(record, record.token, scopeOf(record.transport), record.sockets)
    this.#record = record
    record.belongTo(this)
  }

  get released(): boolean {
    return !this.#record.held
  }

  release(options?: ReleaseOptions): Promise<void> {
    try {
      const signal = options === undefined ? undefined : readSignalOption(options)
      const released = this.#record.release()
      return signal === undefined ? released : untilAborted(released, signal)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }
}
