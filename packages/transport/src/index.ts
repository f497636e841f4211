export { AbortError, throwIfAborted } from './abort-error.js'
export {
  type BindMode,
  checkBindOptions,
  checkIoctlArguments,
  checkPortRange,
  checkProtocol,
  checkSocketAddress,
  checkSocketSpec,
  DEFAULT_BIND_MODE,
} from './call-arguments.js'
export { connected } from './connected.js'
export { type EntryPoint, resolveEntryPoint } from './entry-point.js'
export { IpHelperError } from './ip-helper-error.js'
export {
  AdoptionUnsupportedError,
  attachHandle,
  bindDatagramHandle,
  connectHandle,
  isHostPortFree,
  listenOnHandle,
  type NodeHandle,
  openConnectionHandle,
  openDatagramHandle,
  openServerHandle,
} from './node-handle.js'
export type { PersistentOptions, PersistentReservations } from './persistent-reservations.js'
export type { PortRange, Protocol } from './port-range.js'
export { startListening } from './start-listening.js'
export { SystemCallError } from './system-call-error.js'
export type { Transport } from './transport.js'
export { TransportUnavailableError } from './transport-unavailable-error.js'
export { untilAborted } from './until-aborted.js'
export { WinsockError, type WinsockErrorOptions } from './winsock-error.js'
export { resolveWinsockLibraries, systemLibraries, type WinsockLibraries } from './winsock-libraries.js'
export type {
  AddressFamily,
  BindOptions,
  ConnectOptions,
  IoctlOptions,
  ListenOptions,
  SocketAddress,
  SocketSpec,
  WinsockSocket,
} from './winsock-socket.js'
