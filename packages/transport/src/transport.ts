import type { PersistentReservations } from './persistent-reservations.js'
import type { SocketSpec, WinsockSocket } from './winsock-socket.js'

/**
 * One process' access to the port reservation facility of one kernel. Every backend implements it, and the
 * conformance suite (`@winport/transport/conformance`) says how.
 */
export interface Transport extends AsyncDisposable {
  /** `'napi'`, `'koffi'`, `'mock'`, or yours. */
  readonly name: string

  readonly persistent: PersistentReservations

  /** Opens an overlapped socket. @throws WinsockError `WSANOTINITIALISED` after {@link close} */
  openSocket(spec: SocketSpec): WinsockSocket

  /**
   * Closes every socket that was opened here and not adopted by Node: their pending calls fail with
   * `WSA_OPERATION_ABORTED` and their reservations end. Adopted sockets live on. Twice is no error.
   */
  close(): Promise<void>
}
