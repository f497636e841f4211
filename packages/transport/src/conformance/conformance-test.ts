import type { CallMode, ConformanceContext } from './conformance-context.js'
import type { ConformanceFeature } from './conformance-target.js'

/** Where a behaviour is known from. `contract` is the transport interface's own promise. */
export type BehaviourSource = 'documented' | 'observed' | 'assumed' | 'contract'

export interface ConformanceTest {
  /** The behaviour's number in the reference; `'errors'` its table of error codes; `'contract'` the interface. */
  readonly behaviour: number | 'errors' | 'contract'
  readonly source: BehaviourSource
  readonly title: string
  readonly needs: readonly ConformanceFeature[]
  /** Features that must be absent for the test to make sense. */
  readonly without?: readonly ConformanceFeature[]
  /** Both unless told: a control call behaves alike either way. */
  readonly modes?: readonly CallMode[]
  run(context: ConformanceContext): Promise<void>
}

/** A test of one behaviour that needs the three control codes, and what else it names. */
export function reservationTest(
  behaviour: ConformanceTest['behaviour'],
  source: BehaviourSource,
  title: string,
  run: ConformanceTest['run'],
  needs: readonly ConformanceFeature[] = [],
  modes?: readonly CallMode[],
): ConformanceTest {
  return {
    behaviour,
    source,
    title,
    needs: ['runtime-reservations', ...needs],
    run,
    ...(modes === undefined ? {} : { modes }),
  }
}

/** The features that are missing for the test, or in its way. */
export function missingFeatures(
  { needs, without = [] }: ConformanceTest,
  features: ReadonlySet<ConformanceFeature>,
): readonly ConformanceFeature[] {
  return [...needs.filter((feature) => !features.has(feature)), ...without.filter((feature) => features.has(feature))]
}

/** Sorts in the reference's order: behaviours by number, then the error table, then the contract. */
export function behaviourRank({ behaviour }: Pick<ConformanceTest, 'behaviour'>): number {
  if (behaviour === 'errors') return 100
  return behaviour === 'contract' ? 101 : behaviour
}
