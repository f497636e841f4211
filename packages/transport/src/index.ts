export { AbortError } from './abort-error.js'
export { AdoptionUnsupportedError } from './adoption/adoption-unsupported-error.js'
export type { NodeHandle } from './adoption/handle-classes.js'
export type { BoundSocket } from './bound-socket.js'
export { IpHelperError } from './ip-helper-error.js'
export type { PersistentOptions, PersistentReservations } from './persistent-reservations.js'
export type { PortRange, Protocol } from './port-range.js'
export type { SimulatedExclusion, SimulatedMachine, SimulatedRanges } from './simulated-machine.js'
export type { SocketProcess, SocketTable, SocketTableEntry } from './socket-table.js'
export { SystemCallError } from './system-call-error.js'
export type { Transport } from './transport.js'
export { TransportUnavailableError } from './transport-unavailable-error.js'
export { WinsockError, type WinsockErrorOptions } from './winsock-error.js'
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
