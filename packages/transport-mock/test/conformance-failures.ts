import { type ConformanceResult, runConformance } from '@winport/transport/conformance'
import {
  LEGACY_BUILD,
  LEGACY_FEATURES,
  MODERN_BUILD,
  MODERN_FEATURES,
  mockTarget,
  type TargetFault,
} from './mock-target.js'

export interface FaultyMachine {
  /** Simulates Windows before Vista, which has no reservations. */
  readonly legacy?: boolean
  /** Slower, but needed by the adoption tests, which use real ports. */
  readonly avoidHostPorts?: boolean
  readonly timeLimit?: number
}

/** Runs the conformance suite over a faulty backend, and returns what failed. */
export async function conformanceFailures(
  fault: TargetFault,
  { legacy = false, avoidHostPorts = false, timeLimit }: FaultyMachine,
): Promise<readonly ConformanceResult[]> {
  const [build, features] = legacy ? [LEGACY_BUILD, LEGACY_FEATURES] : [MODERN_BUILD, MODERN_FEATURES]
  const target = mockTarget('a faulty backend', build, features, { fault, avoidHostPorts })
  const { results } = await runConformance(timeLimit === undefined ? target : { ...target, timeLimit })
  return results.filter(({ outcome }) => outcome === 'failed')
}
