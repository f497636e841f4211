import type { Protocol } from '@winport/transport'
import type { ExplainedRange, Holder } from './port-explanation.js'
import type { PortSpan } from './port-span.js'

/** What has the ports of a machine. This is also the output of `winport map --json`. Later versions of schema 1 only add names. */
export interface PortMap {
  readonly schema: 1
  readonly platform: NodeJS.Platform
  readonly protocol: Protocol
  /** Present if the machine is one that the transport simulates. */
  readonly simulated?: true
  /** The ports that the system gives to programs that do not choose one. */
  readonly dynamicRange: PortSpan | null
  /** In the order of their start. They can overlap: a port in use is often in the dynamic range. */
  readonly ranges: readonly MappedRange[]
  /** What could not be found out, and why. */
  readonly unknown: Readonly<Record<string, string>>
}

/** A range of the kind `in-use` is one port. */
export interface MappedRange extends ExplainedRange {
  /** The sockets of a port in use. Empty for every other kind. */
  readonly holders: readonly Holder[]
}
