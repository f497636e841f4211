import type { PersistentReservations } from './persistent-reservations.js'
import type { SimulatedMachine } from './simulated-machine.js'
import type { SocketTable } from './socket-table.js'
import type { SocketSpec, WinsockSocket } from './winsock-socket.js'

/**
 * The access of one process to the port reservations of one kernel. Every backend implements this interface; the
 * conformance suite (`@winport/transport/conformance`) tests that it does.
 */
export interface Transport extends AsyncDisposable {
  /** The backend's name: `'napi'`, `'koffi'`, `'mock'`, or your own. */
  readonly name: string

  /**
   * Where the tokens of this transport are valid: transports with the same text accept each other's tokens. Default: `process `
   * and the process ID, because Windows knows a token in every thread of the process that acquired it.
   */
  readonly tokenScope?: string

  readonly persistent: PersistentReservations

  /** The sockets of all processes. Undefined if the backend cannot list them. It can be read after {@link close} too. */
  readonly socketTable?: SocketTable | undefined

  /** Present if the transport simulates a machine, as the mock does. Then the sockets are those of that machine. */
  readonly simulatedMachine?: SimulatedMachine | undefined

  /** Opens an overlapped socket. An IPv6 socket is dual-stack, unless bind says `ipv6Only`. @throws WinsockError `WSANOTINITIALISED` after {@link close} */
  openSocket(spec: SocketSpec): WinsockSocket

  /**
   * Closes every socket that this transport opened, except those that Node has adopted. Pending calls on the closed sockets
   * fail with `WSA_OPERATION_ABORTED`, and their reservations end. Adopted sockets stay open. Idempotent.
   */
  close(): Promise<void>
}
