import type { World } from '../backend/world.js'
import type { Protocol } from '../port-range.js'
import type { Transport } from '../transport.js'
import type { AddressFamily, WinsockSocket } from '../winsock-socket.js'

/** A granted reservation, in host order. */
export interface Granted {
  readonly startPort: number
  readonly count: number
  readonly token: bigint
}

/** The calls that prepare a block, as a test makes them. */
export interface ReservationCalls {
  readonly world: World | undefined
  acquire(socket: WinsockSocket, startPort: number, count: number): Promise<Granted>
  associate(socket: WinsockSocket, token: bigint): Promise<number>
  bindFrom(
    transport: Transport,
    protocol: Protocol,
    token: bigint,
    port?: number,
    family?: AddressFamily,
  ): Promise<{ socket: WinsockSocket; port: number }>
  note(what: string): void
}
