import { type CallMode, ConformanceContext } from './conformance-context.js'
import type { ConformanceReport, ConformanceResult } from './conformance-report.js'
import type { ConformanceFeature, ConformanceTarget } from './conformance-target.js'
import { type ConformanceTest, missingFeatures } from './conformance-test.js'
import { conformanceTests } from './conformance-tests.js'

/** Enough for a target that starts processes, and less than the limits of the common test runners. */
const DEFAULT_TIME_LIMIT = 15_000

/** The two functions that vitest, node:test, mocha and jest have in common. */
export interface TestRunner {
  describe(name: string, define: () => void): unknown
  it(name: string, run: () => Promise<void>): unknown
}

/**
 * Defines the suite's tests with a test runner, as far as the target's manifest allows. The report that is returned
 * fills up as they run; what the target cannot show is listed in it from the start.
 */
export function defineConformanceTests(runner: TestRunner, target: ConformanceTarget): ConformanceReport {
  const results: ConformanceResult[] = []
  runner.describe(`conformance of ${target.name}`, () => {
    for (const test of conformanceTests) {
      const missing = missingFeatures(test, target.features)
      if (missing.length > 0) {
        results.push(notShown(test, missing))
        continue
      }
      for (const mode of modesOf(test)) {
        runner.it(`${test.behaviour} (${test.source}, ${mode}): ${test.title}`, async () => {
          const { result, error } = await runTest(test, mode, target)
          results.push(result)
          if (result.outcome === 'failed') throw error
        })
      }
    }
  })
  return { target: target.name, results }
}

/** Runs the whole suite without any test runner. */
export async function runConformance(target: ConformanceTarget): Promise<ConformanceReport> {
  const results: ConformanceResult[] = []
  for (const test of conformanceTests) {
    const missing = missingFeatures(test, target.features)
    if (missing.length > 0) {
      results.push(notShown(test, missing))
      continue
    }
    for (const mode of modesOf(test)) results.push((await runTest(test, mode, target)).result)
  }
  return { target: target.name, results }
}

function modesOf(test: ConformanceTest): readonly CallMode[] {
  return test.modes ?? ['blocking', 'overlapped']
}

function notShown({ behaviour, source, title }: ConformanceTest, missing: readonly ConformanceFeature[]) {
  return { behaviour, source, title, outcome: 'not shown', seen: [], missing } as const
}

async function runTest(
  test: ConformanceTest,
  mode: CallMode,
  target: ConformanceTarget,
): Promise<{ result: ConformanceResult; error?: unknown }> {
  const { behaviour, source, title } = test
  const timeLimit = target.timeLimit ?? DEFAULT_TIME_LIMIT
  const seen: string[] = []
  const result = { behaviour, source, title, mode, seen }
  try {
    await using machine = await target.openMachine()
    const context = new ConformanceContext(machine, mode, seen)
    try {
      await within(timeLimit, test.run(context))
    } finally {
      await within(timeLimit, context.close())
    }
    context.checkLeftovers()
    return { result: { ...result, outcome: 'passed' } }
  } catch (error) {
    return { result: { ...result, outcome: 'failed', failure: String(error) }, error }
  }
}

/** A backend that never settles a call must not keep the suite from its report. */
async function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Not done within ${milliseconds} ms`)), milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
