import type { AddressFamily, PortRange, Protocol } from '@winport/transport'
import type { MockSocketState } from './mock-socket.js'

/** Who holds what on a simulated machine, as plain data: comfortable to print and to compare. */
export interface KernelSnapshot {
  readonly processes: readonly ProcessSnapshot[]
  readonly sockets: readonly SocketSnapshot[]
  readonly reservations: readonly ReservationSnapshot[]
  readonly exclusions: readonly PortRange[]
}

export interface ProcessSnapshot {
  readonly pid: number
  readonly elevated: boolean
}

export interface SocketSnapshot {
  readonly pid: number
  readonly protocol: Protocol
  readonly family: AddressFamily
  /** `'adopted'`: Node owns it, and it counts as open until Node closes it. */
  readonly state: MockSocketState
  /** Where it is bound, if it is. */
  readonly address: string | undefined
  readonly port: number | undefined
  /** Calls that wait to be told. */
  readonly pendingCalls: number
}

export interface ReservationSnapshot extends PortRange {
  readonly kind: 'runtime' | 'persistent'
  readonly endPort: number
  readonly token: bigint
  /** The owner of a runtime reservation. */
  readonly pid: number | undefined
  /** The ports of the block that sockets are bound to. */
  readonly boundPorts: readonly number[]
}
