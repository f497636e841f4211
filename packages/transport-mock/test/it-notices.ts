import { expect, it } from 'vitest'
import { conformanceFailures, type FaultyMachine } from './conformance-failures.js'
import type { FaultCase } from './faults/fault-case.js'

/** Defines a test per case: the suite must report a failure of every behaviour or test that the case names. */
export function itNotices(cases: readonly FaultCase[], machine: FaultyMachine = {}): void {
  it.each(cases)('%s', async (_what, broken, fault) => {
    const failed = await conformanceFailures(fault, { ...machine, timeLimit: 100 })
    const found = new Set(failed.flatMap(({ number, title }) => [number, title]))
    expect(broken.filter((named) => !found.has(named))).toEqual([])
  })
}
