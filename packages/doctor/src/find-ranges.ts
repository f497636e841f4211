import type { ExcludedRange } from './excluded-ranges.js'
import type { Fact } from './fact.js'
import type { ExplainedRange } from './port-explanation.js'
import type { PortFacts } from './port-facts.js'
import { contains, type PortSpan } from './port-span.js'

/** What is known about the ranges of a machine, for one protocol. */
export interface RangeFacts {
  readonly held: readonly PortSpan[]
  readonly exclusions: Fact<readonly ExcludedRange[]>
  readonly dynamicRange: Fact<PortSpan>
}

/** The ranges that contain the port, in the order of their start. */
export function findRanges(facts: PortFacts): readonly ExplainedRange[] {
  const { port, sockets } = facts
  const inUse = (sockets.value ?? []).length > 0 ? [port] : []
  return allRanges(facts, inUse).filter((range) => contains(range, port))
}

/** All ranges, in the order of their start. @param inUse the ports that have sockets */
export function allRanges(
  { held, exclusions, dynamicRange }: RangeFacts,
  inUse: Iterable<number>,
): readonly ExplainedRange[] {
  const ranges = [
    ...held.map((span) => shown('own', span)),
    ...(exclusions.value ?? []).map(explainExclusion),
    ...Array.from(inUse, (port) => shown('in-use', { startPort: port, endPort: port })),
    ...(dynamicRange.value === null ? [] : [shown('dynamic', dynamicRange.value)]),
  ]
  return ranges.sort((a, b) => a.startPort - b.startPort)
}

/** http.sys excludes single ports. That is inferred from public threads: Windows does not name the owner. */
function explainExclusion({ startPort, endPort, administered }: ExcludedRange): ExplainedRange {
  const span = { startPort, endPort }
  if (administered) return shown('administered', span)
  return startPort === endPort ? { ...span, kind: 'http-sys', certainty: 'inferred' } : shown('reserved', span)
}

function shown(kind: ExplainedRange['kind'], { startPort, endPort }: PortSpan): ExplainedRange {
  return { startPort, endPort, kind, certainty: 'shown' }
}
