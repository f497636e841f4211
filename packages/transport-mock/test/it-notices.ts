import { expect, it } from 'vitest'
import { conformanceFailures, type FaultyMachine } from './conformance-failures.js'
import type { FaultCase } from './faults/fault-case.js'

/** Defines a test for each: the suite must report a failure of every behaviour that is broken. */
export function itNotices(cases: readonly FaultCase[], machine: FaultyMachine = {}): void {
  it.each(cases)('%s', async (_what, broken, fault) => {
    const failed = await conformanceFailures(fault, { ...machine, timeLimit: 100 })
    const found = new Set(failed.map(({ behaviour }) => behaviour))
    expect(broken.filter((behaviour) => !found.has(behaviour))).toEqual([])
  })
}
