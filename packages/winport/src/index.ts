export type {
  Cause,
  CauseKind,
  Certainty,
  ExplainedRange,
  ExplainPortOptions,
  Holder,
  PortExplanation,
  Probe,
  RangeKind,
  Remedy,
} from '@winport/doctor'
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
  MatchedReservationJSON,
  OpenPersistentReservation,
  PersistentCallOptions,
  PersistentReservation,
  PersistentReservationStore,
  PortBlock,
  PortBlockJSON,
  ReleaseOptions,
  ReservationError,
  ReservationErrorCode,
  ReservationManager,
  ReservationMessage,
  RuntimeReservation,
} from '@winport/manager'
export type { PortRange, Protocol, Transport } from '@winport/transport'
export type { BackendName } from './backend-names.js'
export type { OpenReservationManagerOptions } from './backends.js'
export { explainPort } from './explain-port.js'
export { openReservationManager } from './open-reservation-manager.js'
