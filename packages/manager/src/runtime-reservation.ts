import { SIO_RELEASE_PORT_RESERVATION } from '@winport/definitions'
import type { PortRange, Transport, WinsockSocket } from '@winport/transport'
import { explainRelease } from './explain-error.js'
import { PortBlock } from './port-block.js'

/** A reservation that this process holds until it lets go. It is kept by its anchor, a socket for that alone. */
export class RuntimeReservation extends PortBlock implements AsyncDisposable {
  readonly #anchor: WinsockSocket
  readonly #onRelease: (reservation: RuntimeReservation) => void
  #held = true
  #released: Promise<void> | undefined

  /** @internal Use `ReservationManager.acquire`. */
  constructor(
    transport: Transport,
    range: PortRange,
    token: bigint,
    anchor: WinsockSocket,
    onRelease: (reservation: RuntimeReservation) => void,
  ) {
    super(transport, range, token)
    this.#anchor = anchor
    this.#onRelease = onRelease
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
   * A reservation ends with its anchor, so it is over even if the system refuses RELEASE. Rejects only if the anchor
   * cannot be closed properly.
   */
  release(): Promise<void> {
    this.#released ??= this.#release()
    return this.#released
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  async #release(): Promise<void> {
    this.#held = false
    this.#onRelease(this)
    this.abandonCalls()
    // Closing the anchor ends the reservation whatever becomes of RELEASE, and cancels it should it be pending.
    const asked = this.#askRelease()
    let failure: unknown
    try {
      this.#anchor.close()
    } catch (error) {
      failure = explainRelease(error, this)
    }
    await asked
    if (failure !== undefined) throw failure
  }

  async #askRelease(): Promise<void> {
    try {
      await this.#anchor.ioctlAsync(SIO_RELEASE_PORT_RESERVATION, this.tokenBytes, null)
    } catch {
      // The anchor's end is enough.
    }
  }
}
