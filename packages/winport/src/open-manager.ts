import { ReservationManager } from '@winport/manager'
import { type OpenReservationManagerOptions, openTransport } from './backends.js'
import { refusalHint } from './refusal-hint.js'

/** What `openReservationManager` loads when it is called. */
export async function openManager(options: OpenReservationManagerOptions): Promise<ReservationManager> {
  const transport = await openTransport(options)
  return new ReservationManager({ transport, traceLeaks: options.traceLeaks, hint: refusalHint })
}
