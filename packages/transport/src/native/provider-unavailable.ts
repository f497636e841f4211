import { TransportUnavailableError } from '../transport-unavailable-error.js'

/** Makes the error for a service provider that cannot be started. */
export function providerUnavailable(path: string, reason: string, options?: ErrorOptions): TransportUnavailableError {
  return new TransportUnavailableError(
    `The service provider ${path} cannot be started: ${reason}. Only the entry point 'WSPIoctl' needs it; the default is 'WSAIoctl'.`,
    options,
  )
}
