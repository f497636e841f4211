import type { PortRange, Transport } from '@winport/transport'
import { PersistentReservation } from './persistent-reservation.js'

/** A persistent reservation that is in use: its token is looked up before each use, so that a restart does not matter. */
export class OpenPersistentReservation extends PersistentReservation {
  readonly #lookUp: (signal: AbortSignal | undefined) => Promise<bigint>

  /** @internal Use `ReservationManager.persistent`. */
  constructor(
    transport: Transport,
    range: PortRange,
    token: bigint,
    isManagerOpen: () => boolean,
    lookUp: (signal: AbortSignal | undefined) => Promise<bigint>,
  ) {
    super(transport, range, token, isManagerOpen)
    this.#lookUp = lookUp
  }

  protected override freshToken(signal: AbortSignal | undefined): Promise<bigint> {
    return this.#lookUp(signal)
  }
}
