import type { RuntimeReservation } from './runtime-reservation.js'

/** What `JSON.stringify` makes of a matched reservation. The tokens are strings, because JSON has no 64-bit integers. */
export interface MatchedReservationJSON {
  readonly startPort: number
  readonly endPort: number
  readonly count: number
  readonly tokens: { readonly tcp: string; readonly udp: string }
}

/**
 * One range of ports, reserved for TCP and for UDP: two reservations that are used and released as one. `listen` and
 * `connect` use a TCP port, `bind` uses a UDP port. `attach` goes by what it is given.
 */
export interface MatchedReservation
  extends Pick<
      RuntimeReservation,
      'startPort' | 'endPort' | 'count' | 'contains' | 'listen' | 'attach' | 'bind' | 'connect' | 'release' | 'released'
    >,
    Iterable<number>,
    AsyncDisposable {
  readonly tcp: RuntimeReservation
  readonly udp: RuntimeReservation

  toJSON(): MatchedReservationJSON
}
