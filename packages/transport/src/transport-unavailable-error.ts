/** A backend cannot work on this machine. The message says what is missing. */
export class TransportUnavailableError extends Error {
  override readonly name: string = 'TransportUnavailableError'
  readonly code = 'ERR_TRANSPORT_UNAVAILABLE' as const
}
