import type { AddressFamily, PortRange, Protocol } from '@winport/transport'
import type { KernelState } from './kernel-state.js'
import type { MockSocket } from './mock-socket.js'
import type { PortPool } from './port-pool.js'

/** The state of a simulated machine, as plain data. */
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
  /** `'adopted'`: Node owns the socket and has not closed it yet. */
  readonly state: MockSocketState
  /** The address that the socket is bound to. */
  readonly address: string | undefined
  /** The port that the socket is bound to. */
  readonly port: number | undefined
  /** The number of held calls that wait for the test to complete them. */
  readonly pendingCalls: number
}

export type MockSocketState = 'open' | 'adopted' | 'closed'

export interface ReservationSnapshot extends PortRange {
  readonly kind: 'runtime' | 'persistent'
  readonly endPort: number
  readonly token: bigint
  /** The process that owns a runtime reservation. */
  readonly pid: number | undefined
  /** The ports of the block that sockets are bound to, in ascending order. */
  readonly boundPorts: readonly number[]
}

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp']

export function takeSnapshot({ processes, sockets, pools }: KernelState): KernelSnapshot {
  return {
    processes: [...processes].map(({ pid, elevated }) => ({ pid, elevated })),
    sockets: [...sockets].map(describeSocket),
    reservations: PROTOCOLS.flatMap((protocol) => describeReservations(protocol, pools[protocol])),
    exclusions: PROTOCOLS.flatMap((protocol) =>
      pools[protocol].exclusions().map(({ startPort, count }) => ({ protocol, startPort, count })),
    ),
  }
}

function describeSocket({ pid, protocol, family, state, binding, pendingCalls }: MockSocket): SocketSnapshot {
  return { pid, protocol, family, state, address: binding?.address, port: binding?.port, pendingCalls }
}

function describeReservations(protocol: Protocol, pool: PortPool): readonly ReservationSnapshot[] {
  return pool.reservations().map(({ startPort, count, token, pid }) => {
    const ports = Array.from({ length: count }, (_, i) => startPort + i)
    return {
      kind: pid === undefined ? 'persistent' : 'runtime',
      protocol,
      startPort,
      endPort: startPort + count - 1,
      count,
      token,
      pid,
      boundPorts: ports.filter((port) => pool.isBound(port)),
    }
  })
}
