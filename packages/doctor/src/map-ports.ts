import type { Protocol } from '@winport/transport'
import type { Fact } from './fact.js'
import { allRanges, type RangeFacts } from './find-ranges.js'
import type { Holder } from './port-explanation.js'
import type { PortMap } from './port-map.js'
import { unknownFacts, unknownProcesses } from './unknown-facts.js'

/** The sockets of each port that has some. */
export type SocketsByPort = ReadonlyMap<number, readonly Holder[]>

/** Everything that {@link mapPorts} needs to know about a machine. */
export interface PortMapFacts extends RangeFacts {
  readonly platform: NodeJS.Platform
  readonly protocol: Protocol
  readonly sockets: Fact<SocketsByPort>
}

/** Maps the ports of a machine from facts alone: no system is asked. */
export function mapPorts(facts: PortMapFacts): PortMap {
  const { platform, protocol, sockets, exclusions, dynamicRange } = facts
  const byPort: SocketsByPort = sockets.value ?? new Map()
  const ranges = allRanges(facts, byPort.keys()).map((range) => ({
    ...range,
    holders: range.kind === 'in-use' ? (byPort.get(range.startPort) ?? []) : [],
  }))
  return {
    schema: 1,
    platform,
    protocol,
    dynamicRange: dynamicRange.value,
    ranges,
    unknown: {
      ...unknownFacts({ sockets, exclusions, dynamicRange }),
      ...unknownProcesses([...byPort.values()].flat()),
    },
  }
}
