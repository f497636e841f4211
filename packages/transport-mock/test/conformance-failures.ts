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
  /** Windows before Vista. */
  readonly legacy?: boolean
  /** Slow, but what the adoption tests need: real traffic goes through real ports. */
  readonly avoidHostPorts?: boolean
  readonly timeLimit?: number
}

/** What the suite finds wrong with a faulty backend. */
export async function conformanceFailures(
  fault: TargetFault,
  { legacy = false, avoidHostPorts = false, timeLimit }: FaultyMachine,
): Promise<readonly ConformanceResult[]> {
  const [build, features] = legacy ? [LEGACY_BUILD, LEGACY_FEATURES] : [MODERN_BUILD, MODERN_FEATURES]
  const target = mockTarget('a faulty backend', build, features, fault, avoidHostPorts)
  const { results } = await runConformance(timeLimit === undefined ? target : { ...target, timeLimit })
  return results.filter(({ outcome }) => outcome === 'failed')
}
