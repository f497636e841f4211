export { describeExplanation } from './describe-explanation.js'
export { describeMappedRange, describePortMap } from './describe-port-map.js'
export { diagnose } from './diagnose.js'
export { type ExcludedRange, parseExcludedRanges } from './excluded-ranges.js'
export { type ExplainPortOptions, explainPort } from './explain-port.js'
export type { Fact } from './fact.js'
export type { ListBoundSockets } from './linux/bound-sockets.js'
export { mapPorts, type PortMapFacts, type SocketsByPort } from './map-ports.js'
export type {
  Cause,
  CauseKind,
  Certainty,
  ExplainedRange,
  Holder,
  PortExplanation,
  Probe,
  RangeKind,
  Remedy,
} from './port-explanation.js'
export type { PortFacts } from './port-facts.js'
export type { MappedRange, PortMap } from './port-map.js'
export type { PortSpan } from './port-span.js'
export { type ReadPortMapOptions, readPortMap } from './read-port-map.js'
