import { type CallMode, ConformanceContext } from './conformance-context.js'
import type { ConformanceReport, ConformanceResult } from './conformance-report.js'
import type { ConformanceTarget } from './conformance-target.js'
import { type ConformanceTest, missingFeatures } from './conformance-test.js'
import { conformanceTests } from './conformance-tests.js'
import { ServedBlocks } from './served-blocks.js'

/** Enough for a target that starts processes on a busy machine. Only a call that never settles reaches it. */
const DEFAULT_TIME_LIMIT = 120_000

/** The two functions that vitest, node:test, mocha and jest have in common. */
export interface TestRunner {
  describe(name: string, define: () => void): unknown
  it(name: string, run: () => Promise<void>): unknown
}

/**
 * Defines the tests that the target's features allow with a test runner. The returned report lists the other tests from
 * the start, and each test's result when it has run.
 */
export function defineConformanceTests(runner: TestRunner, target: ConformanceTarget): ConformanceReport {
  const results: ConformanceResult[] = []
  const blocks = new ServedBlocks()
  runner.describe(`conformance of ${target.name}`, () => {
    for (const test of conformanceTests) {
      const missing = missingFeatures(test, target.features)
      if (missing.length > 0) {
        results.push(notShown(test, missing))
        continue
      }
      for (const mode of test.modes) {
        runner.it(`${test.number} (${test.source}, ${mode}): ${test.title}`, async () => {
          const { result, error } = await runTest(test, mode, target, blocks)
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
  const blocks = new ServedBlocks()
  for (const test of conformanceTests) {
    const missing = missingFeatures(test, target.features)
    if (missing.length > 0) {
      results.push(notShown(test, missing))
      continue
    }
    for (const mode of test.modes) results.push((await runTest(test, mode, target, blocks)).result)
  }
  return { target: target.name, results }
}

function notShown({ number, source, title }: ConformanceTest, missing: readonly string[]) {
  return { number, source, title, outcome: 'not shown', seen: [], observations: [], missing } as const
}

async function runTest(
  test: ConformanceTest,
  mode: CallMode,
  target: ConformanceTarget,
  blocks: ServedBlocks,
): Promise<{ result: ConformanceResult; error?: unknown }> {
  const { number, source, title, observe } = test
  const { world, timeLimit = DEFAULT_TIME_LIMIT } = target
  let context: ConformanceContext | undefined
  const result = () => {
    const { seen = [], observations = [] } = context ?? {}
    return { number, source, title, mode, seen, observations }
  }
  try {
    await using machine = await target.openMachine()
    context = new ConformanceContext(machine, { mode, world, observe, blocks })
    try {
      await within(timeLimit, test.run(context))
    } finally {
      await within(timeLimit, context.close())
    }
    context.checkLeftovers()
    return { result: { ...result(), outcome: 'passed' } }
  } catch (error) {
    return { result: { ...result(), outcome: 'failed', failure: String(error) }, error }
  }
}

/** Rejects if the work takes longer: a backend that never settles a call must not keep the suite from its report. */
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
