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
import { servedBlockTests } from './behaviours/served-blocks.js'
import { sharedPortTests } from './behaviours/shared-ports.js'
import { socketContractTests } from './behaviours/socket-contract.js'
import type { ConformanceTest } from './conformance-test.js'

/**
 * The whole suite. How a block is served comes first, because every test that uses a block depends on it; then the
 * behaviours by number, the error table and the contract.
 */
export const conformanceTests: readonly ConformanceTest[] = [
  ...servedBlockTests,
  ...[
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
  ].sort((a, b) => rank(a) - rank(b)),
]

function rank({ number }: ConformanceTest): number {
  if (number === 'errors') return 100
  return number === 'contract' ? 101 : number
}
