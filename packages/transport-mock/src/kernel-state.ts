import type { Protocol } from '@winport/transport'
import type { World } from '@winport/transport/backend'
import type { ErrorNumbers } from './kernel-world.js'
import type { MockProcess } from './mock-process.js'
import type { MockSocket } from './mock-socket.js'
import type { PlannedFaults } from './planned-faults.js'
import type { DynamicRange, PortPool } from './port-pool.js'

/** The state of a kernel, which its processes and sockets share. */
export interface KernelState {
  /** Tells simulated machines apart: each thread has its own. */
  readonly id: string
  readonly dynamicRange: DynamicRange
  readonly pools: Readonly<Record<Protocol, PortPool>>
  readonly faults: PlannedFaults
  /** Whether this Windows has port reservations. */
  readonly supported: boolean
  readonly world: World
  readonly errors: ErrorNumbers
  readonly processes: Set<MockProcess>
  /** Every socket that is open or adopted. */
  readonly sockets: Set<MockSocket>
}
