import type { SimulatedMachine, SocketTable, Transport, WinsockSocket } from '@winport/transport'

/** One process of a simulated machine. {@link MockKernel.openTransport} starts it. */
export interface MockTransport extends Transport {
  readonly name: 'mock'
  readonly pid: number
  /** Whether the process may create, delete and consume persistent reservations. */
  readonly elevated: boolean
  /** The sockets of all processes of the simulated machine. */
  readonly socketTable: SocketTable
  /** The ranges of the simulated machine: its exclusions and all reservations. */
  readonly simulatedMachine: SimulatedMachine

  /**
   * Opens a socket that is neither TCP nor UDP, on which no control code is supported.
   *
   * @throws WinsockError `WSANOTINITIALISED` after the end of the process
   */
  openOtherSocket(): WinsockSocket

  /**
   * Ends the process at once: its sockets close and its runtime reservations end. Adopted sockets stay open. Idempotent.
   */
  exit(): void
}
