export {
  type AcquireMatchedOptions,
  type AcquireOptions,
  checkAcquireMatchedOptions,
  checkAcquireOptions,
} from './acquire-request.js'
export type { BindMessage, BlockMessage, FailureMessage, ReservationMessage } from './diagnostics.js'
export type { HostLookup } from './host-address.js'
export type { MatchedReservation, MatchedReservationJSON } from './matched-reservation.js'
export type { OpenPersistentReservation } from './open-persistent-reservation.js'
export type { OpenableBlock } from './openable-block.js'
export type { PersistentReservation } from './persistent-reservation.js'
export type { PersistentCallOptions, PersistentReservationStore } from './persistent-reservation-store.js'
export type {
  BlockAttachOptions,
  BlockBindOptions,
  BlockConnectOptions,
  BlockListenOptions,
  PortBlock,
  PortBlockJSON,
} from './port-block.js'
export type { RefusalHint } from './refusal-hint.js'
export { ReservationError, type ReservationErrorCode } from './reservation-error.js'
export { ReservationManager, type ReservationManagerOptions } from './reservation-manager.js'
export type { ReleaseOptions, RuntimeReservation } from './runtime-reservation.js'
