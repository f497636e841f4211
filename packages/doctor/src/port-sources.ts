import type { Protocol } from '@winport/transport'
import type { ExcludedRange } from './excluded-ranges.js'
import type { Fact } from './fact.js'
import type { SocketsByPort } from './map-ports.js'
import type { PortFacts } from './port-facts.js'
import type { PortSpan } from './port-span.js'

/** Where the facts about the ports of one system come from. Nothing here rejects, except when `signal` aborts. */
export interface PortSources {
  readonly platform: NodeJS.Platform
  /** Whether the machine is simulated. Default: false. */
  readonly isSimulated?: boolean
  readSelf(): Promise<PortFacts['self']>
  /**
   * The sockets of each port, at any address, read at once.
   *
   * @param port leaves out every other port
   */
  readSockets(protocol: Protocol, port: number | undefined, signal?: AbortSignal): Promise<Fact<SocketsByPort>>
  readExclusions(protocol: Protocol, signal?: AbortSignal): Promise<Fact<readonly ExcludedRange[]>>
  readDynamicRange(protocol: Protocol, signal?: AbortSignal): Promise<Fact<PortSpan>>
  readFirstUnprivilegedPort(): Promise<Fact<number>>
}
