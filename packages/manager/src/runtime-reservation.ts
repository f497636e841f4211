import { SIO_RELEASE_PORT_RESERVATION } from '@winport/definitions'
import type { Transport } from '@winport/transport'
import { untilAborted } from '@winport/transport/backend'
import { explainRelease } from './explain-error.js'
import type { Holding } from './holding.js'
import { PortBlock } from './port-block.js'
import { checkObject, deriveSignal } from './request-arguments.js'

export interface ReleaseOptions {
  /** Stops waiting for the system's answer: the promise rejects with an `AbortError`. The block is released all the same. */
  readonly signal?: AbortSignal | undefined
}

export function readReleaseOptions(options: ReleaseOptions): AbortSignal | undefined {
  checkObject('options', options)
  return deriveSignal(options.signal)
}

/**
 * A reservation that this process holds until it lets go. It is kept by its anchor, a socket for that alone. One that
 * is dropped without a release is released when it is garbage-collected, with a warning.
 */
export class RuntimeReservation extends PortBlock implements AsyncDisposable {
  readonly #holding: Holding
  #held = true
  #released: Promise<void> | undefined

  /** @internal Use `ReservationManager.acquire`. */
  constructor(transport: Transport, holding: Holding) {
    super(transport, holding, holding.token)
    this.#holding = holding
    holding.belongTo(this)
  }

  /** True once {@link release} has been called. */
  get released(): boolean {
    return !this.#held
  }

  protected override get kind(): 'runtime' {
    return 'runtime'
  }

  protected override isHeld(): boolean {
    return this.#held
  }

  /**
   * Lets go of the block. Ports that sockets are bound to stay theirs until they close; calls that have no port yet
   * reject with `ERR_RESERVATION_RELEASED`. Twice is no error.
   *
   * A reservation ends with its anchor, so it is over even if the system refuses RELEASE, or takes its time. Rejects
   * only if the anchor cannot be closed properly, or with an `AbortError` if the signal aborts first.
   */
  async release(options: ReleaseOptions = {}): Promise<void> {
    const signal = readReleaseOptions(options)
    this.#released ??= this.#release()
    await untilAborted(this.#released, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  async #release(): Promise<void> {
    this.#held = false
    const { anchor } = this.#holding
    this.#holding.end()
    this.abandonCalls()
    // Closing the anchor ends the reservation whatever becomes of RELEASE, and cancels it should it be pending.
    const asked = this.#askRelease()
    let failure: unknown
    try {
      anchor.close()
    } catch (error) {
      failure = explainRelease(error, this)
      this.reportFailure('release', failure)
    }
    await asked
    this.#holding.reportEnd()
    if (failure !== undefined) throw failure
  }

  async #askRelease(): Promise<void> {
    try {
      await this.callWithToken(this.#holding.anchor, SIO_RELEASE_PORT_RESERVATION)
    } catch {
      // The anchor's end is enough.
    }
  }
}
