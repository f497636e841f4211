import type { Protocol } from '@winport/transport'
import type { ExcludedRange } from './excluded-ranges.js'
import type { Fact } from './fact.js'
import type { SocketsByPort } from './map-ports.js'
import type { Holder } from './port-explanation.js'
import type { PortFacts } from './port-facts.js'
import type { PortSpan } from './port-span.js'

/** Where the facts about the ports of one system come from. Nothing here rejects, except when `signal` aborts. */
export interface PortSources {
  readonly platform: NodeJS.Platform
  readSelf(): Promise<PortFacts['self']>
  /** The sockets that have the port, at any address. */
  readSockets(protocol: Protocol, port: number, signal?: AbortSignal): Promise<Fact<readonly Holder[]>>
  /** The sockets of every port, read at once. */
  readAllSockets(protocol: Protocol, signal?: AbortSignal): Promise<Fact<SocketsByPort>>
  readExclusions(protocol: Protocol, signal?: AbortSignal): Promise<Fact<readonly ExcludedRange[]>>
  readDynamicRange(protocol: Protocol, signal?: AbortSignal): Promise<Fact<PortSpan>>
  readFirstUnprivilegedPort(): Promise<Fact<number>>
}
