import type { ConformanceTest } from '@winport/transport/conformance'
import type { TargetFault } from '../mock-target.js'

/** A backend with one thing wrong with it, and the behaviours, or the very tests, that must say so. */
export type FaultCase = readonly [
  what: string,
  broken: readonly (ConformanceTest['behaviour'] | ConformanceTest['title'])[],
  fault: TargetFault,
]
