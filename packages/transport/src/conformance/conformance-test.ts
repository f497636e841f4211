import type { CallMode, ConformanceContext } from './conformance-context.js'
import type { ConformanceFeature } from './conformance-target.js'
import type { UnsettledPoint } from './unsettled-points.js'

/**
 * Where a behaviour is known from, as defined in BEHAVIOURS.md. `'contract'` marks the transport interface's own
 * promises.
 */
export type BehaviourSource = 'documented' | 'observed' | 'supported' | 'assumed' | 'unsettled' | 'contract'

/** The description of one behaviour, and the calls that show it. */
export interface ConformanceTest {
  /** The behaviour's number in BEHAVIOURS.md; `'errors'` its table of error codes; `'contract'` the interface. */
  readonly number: number | 'errors' | 'contract'
  readonly source: BehaviourSource
  /** A sentence. The number and the title together name the test. */
  readonly title: string
  readonly needs: readonly ConformanceFeature[]
  /** Features that must be absent for the test to make sense. */
  readonly without?: readonly ConformanceFeature[]
  /** The test runs once in each of these modes. */
  readonly modes: readonly CallMode[]
  /** The unsettled points whose answers the test reports. Where the target states its world, they are asserted. */
  readonly observe?: readonly UnsettledPoint[]
  run(t: ConformanceContext): Promise<void>
}

/** The modes of a test whose calls give the same result in both. */
export const BOTH_MODES: readonly CallMode[] = ['blocking', 'overlapped']

/** What the target lacks for the test: features, and `'no ...'` for each feature that must be absent. */
export function missingFeatures(
  { needs, without = [] }: ConformanceTest,
  features: ReadonlySet<ConformanceFeature>,
): readonly string[] {
  const missing = needs.filter((feature) => !features.has(feature))
  const unwanted = without.filter((feature) => features.has(feature))
  return [...missing, ...unwanted.map((feature) => `no ${feature}`)]
}
