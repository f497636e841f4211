import type { Protocol } from '@winport/transport'
import type { ExcludedRange } from './excluded-ranges.js'
import type { Fact } from './fact.js'
import type { Holder, Probe } from './port-explanation.js'
import type { PortSpan } from './port-span.js'

/** Everything that {@link diagnose} needs to know about a port and its machine. */
export interface PortFacts {
  readonly platform: NodeJS.Platform
  readonly protocol: Protocol
  readonly port: number
  /** The address that the question is about. */
  readonly host: string
  /** The process that asks, and its user. */
  readonly self: { readonly pid: number; readonly user: string | null }
  readonly probes: readonly Probe[]
  /** The sockets that have the port at any address. */
  readonly sockets: Fact<readonly Holder[]>
  /** The ranges that Windows excludes; on Linux the ports that it gives to no program that does not ask for them. */
  readonly exclusions: Fact<readonly ExcludedRange[]>
  readonly dynamicRange: Fact<PortSpan>
  /** The first port that does not need a privilege; 0 if none does. */
  readonly firstUnprivilegedPort: Fact<number>
  /** The blocks that the process that asks has reserved, for this protocol. */
  readonly held: readonly PortSpan[]
  readonly nextFree: number | null
  /** Why a probe was not made, by its name. */
  readonly notProbed: Readonly<Record<string, string>>
}
