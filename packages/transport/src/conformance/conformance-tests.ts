import { acquireTests } from './behaviours/acquire.js'
import { adoptionTests } from './behaviours/adoption.js'
import { bindTests } from './behaviours/bind.js'
import { dualStackTests } from './behaviours/dual-stack.js'
import { lifetimeTests } from './behaviours/lifetime.js'
import { overlapTests } from './behaviours/overlap.js'
import { pendingTests } from './behaviours/pending.js'
import { persistentTests } from './behaviours/persistent.js'
import { requestTests } from './behaviours/requests.js'
import { resultTests } from './behaviours/results.js'
import { sharedPortTests } from './behaviours/shared-ports.js'
import { socketContractTests } from './behaviours/socket-contract.js'
import { behaviourRank, type ConformanceTest } from './conformance-test.js'

/** The whole suite, in the reference's order: behaviours by number, then the error table, then the contract. */
export const conformanceTests: readonly ConformanceTest[] = [
  ...acquireTests,
  ...requestTests,
  ...lifetimeTests,
  ...bindTests,
  ...sharedPortTests,
  ...dualStackTests,
  ...overlapTests,
  ...pendingTests,
  ...resultTests,
  ...persistentTests,
  ...socketContractTests,
  ...adoptionTests,
].sort((a, b) => behaviourRank(a) - behaviourRank(b))
