import type { ReservationManager } from '@winport/manager'
import type { OpenReservationManagerOptions } from './backends.js'

/**
 * Opens a reservation manager on the best backend for this machine. `manager.transport.name` is the backend's name.
 *
 * Rejects with `ERR_RESERVATION_UNSUPPORTED` if no backend can be opened; the message gives the reasons. Backends are
 * loaded by this call, not when `winport` is imported.
 */
export async function openReservationManager(options: OpenReservationManagerOptions = {}): Promise<ReservationManager> {
  const { openManager } = await import('./backends.js')
  return await openManager(options)
}
