import type { ReservationManager } from '@winport/manager'
import type { OpenReservationManagerOptions } from './backends.js'

/**
 * Opens a reservation manager on the best backend for this machine; `manager.transport.name` says which.
 *
 * Rejects with `ERR_RESERVATION_UNSUPPORTED`, and the reason, where there is none. Nothing is loaded before the call.
 */
export async function openReservationManager(options: OpenReservationManagerOptions = {}): Promise<ReservationManager> {
  const { openTransport } = await import('./backends.js')
  const transport = await openTransport(options)
  const { ReservationManager } = await import('@winport/manager')
  return new ReservationManager({ transport, traceLeaks: options.traceLeaks })
}
