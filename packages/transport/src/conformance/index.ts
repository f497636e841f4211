export { type CallMode, ConformanceContext, encodeRange, encodeToken, type Granted } from './conformance-context.js'
export {
  type ConformanceReport,
  type ConformanceResult,
  formatConformanceReport,
  soundSums,
} from './conformance-report.js'
export { defineConformanceTests, runConformance, type TestRunner } from './conformance-suite.js'
export type {
  ConformanceFeature,
  ConformanceMachine,
  ConformanceProcess,
  ConformanceTarget,
  HeldCall,
  Leftovers,
} from './conformance-target.js'
export type { BehaviourSource, ConformanceTest } from './conformance-test.js'
export { conformanceTests } from './conformance-tests.js'
export { answerParent, ForkedProcess } from './forked-process.js'
export { hasIPv6 } from './has-ipv6.js'
export { type SystemTarget, type SystemTargetOptions, systemTarget } from './system-target.js'
export { TransportProcess } from './transport-process.js'
