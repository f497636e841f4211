export {
  type CallMode,
  ConformanceContext,
  type ConformanceContextOptions,
  type RefusalPoint,
  type TrialPoint,
} from './conformance-context.js'
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
  SecondProcessOptions,
} from './conformance-target.js'
export type { BehaviourSource, ConformanceTest } from './conformance-test.js'
export { conformanceTests } from './conformance-tests.js'
export { encodeRange, encodeToken } from './encode-request.js'
export { answerParent, ForkedProcess, type ForkedProcessOptions } from './forked-process.js'
export { hasIPv6 } from './has-ipv6.js'
export type { Granted, ReservationCalls } from './reservation-calls.js'
export { type ServedBlock, type ServedBlockOptions, ServedBlocks } from './served-blocks.js'
export { type Answer, type Observation, type SettledAnswer, settledAnswers } from './settled-answers.js'
export { type SystemTarget, type SystemTargetOptions, systemTarget } from './system-target.js'
export { TransportProcess } from './transport-process.js'
export { UNSETTLED_POINTS, type UnsettledPoint } from './unsettled-points.js'
