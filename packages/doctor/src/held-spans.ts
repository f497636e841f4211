import type { PortRange, Protocol } from '@winport/transport'
import type { PortSpan } from './port-span.js'

/** The blocks of this protocol. */
export function heldSpans(blocks: Iterable<PortRange> = [], protocol: Protocol): readonly PortSpan[] {
  return [...blocks]
    .filter((block) => block.protocol === protocol)
    .map(({ startPort, count }) => ({ startPort, endPort: startPort + count - 1 }))
}
