import type { ReservationManager } from '@winport/manager'
import type { Transport } from '@winport/transport'

export type {
  AcquireMatchedOptions,
  AcquireOptions,
  BindMessage,
  BlockBindOptions,
  BlockConnectOptions,
  BlockListenOptions,
  BlockMessage,
  FailureMessage,
  MatchedReservation,
  OpenPersistentReservation,
  PersistentCallOptions,
  PersistentReservation,
  PersistentReservationStore,
  PortBlock,
  ReleaseOptions,
  ReservationError,
  ReservationErrorCode,
  ReservationManager,
  ReservationMessage,
  RuntimeReservation,
} from '@winport/manager'
export type { PortRange, Protocol, Transport } from '@winport/transport'

/** The backends that the front door knows by name. */
export type BackendName = 'napi' | 'koffi' | 'mock'

export interface OpenReservationManagerOptions {
  /**
   * The backend: by name, or a transport of your own, which the manager takes over. Left out on Windows: `'napi'`,
   * else `'koffi'`. `'mock'` simulates Windows' kernel on any platform, in this process alone.
   */
  readonly transport?: BackendName | Transport | undefined
  /**
   * Remember where each block is acquired, so that the warning about one that is dropped without a release can name the
   * place. Costs a stack trace per block. Defaults to false.
   */
  readonly traceLeaks?: boolean | undefined
}

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
