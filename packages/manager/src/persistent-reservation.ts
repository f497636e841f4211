import type { PortRange, Transport } from '@winport/transport'
import { PortBlock } from './port-block.js'

/**
 * A reservation that survives restarts, as it was created or looked up. Using it needs elevation. It is not held: it
 * stays until it is deleted. Its token may change at a restart of the machine; then look it up again.
 *
 * There is no security between persistent reservations: any process that may obtain them may use any other's.
 */
export class PersistentReservation extends PortBlock {
  readonly #isManagerOpen: () => boolean

  /** @internal Use `ReservationManager.persistent`. */
  constructor(transport: Transport, range: PortRange, token: bigint, isManagerOpen: () => boolean) {
    super(transport, range, token)
    this.#isManagerOpen = isManagerOpen
  }

  protected override get kind(): 'persistent' {
    return 'persistent'
  }

  protected override isHeld(): boolean {
    return this.#isManagerOpen()
  }
}
