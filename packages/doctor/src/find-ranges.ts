import type { ExcludedRange } from './excluded-ranges.js'
import type { ExplainedRange } from './port-explanation.js'
import type { PortFacts } from './port-facts.js'
import { contains } from './port-span.js'

/** The ranges that contain the port, in the order of their start. */
export function findRanges({ port, held, sockets, exclusions, dynamicRange }: PortFacts): readonly ExplainedRange[] {
  const shown = (kind: ExplainedRange['kind'], startPort: number, endPort: number): ExplainedRange => ({
    startPort,
    endPort,
    kind,
    certainty: 'shown',
  })
  const ranges = [
    ...held.map(({ startPort, endPort }) => shown('own', startPort, endPort)),
    ...(exclusions.value ?? []).map(explainExclusion),
    ...((sockets.value ?? []).length > 0 ? [shown('in-use', port, port)] : []),
    ...(dynamicRange.value === null
      ? []
      : [shown('dynamic', dynamicRange.value.startPort, dynamicRange.value.endPort)]),
  ]
  return ranges.filter((range) => contains(range, port)).sort((a, b) => a.startPort - b.startPort)
}

/** http.sys excludes single ports. That is inferred from public threads: Windows does not name the owner. */
function explainExclusion({ startPort, endPort, administered }: ExcludedRange): ExplainedRange {
  const span = { startPort, endPort }
  if (administered) return { ...span, kind: 'administered', certainty: 'shown' }
  return startPort === endPort
    ? { ...span, kind: 'http-sys', certainty: 'inferred' }
    : { ...span, kind: 'reserved', certainty: 'shown' }
}
