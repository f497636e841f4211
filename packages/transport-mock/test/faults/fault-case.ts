import type { ConformanceTest } from '@winport/transport/conformance'
import type { TargetFault } from '../mock-target.js'

/** A backend with one fault, and the behaviours, or titles of tests, that must report it. */
export type FaultCase = readonly [
  what: string,
  broken: readonly (ConformanceTest['number'] | ConformanceTest['title'])[],
  fault: TargetFault,
]
