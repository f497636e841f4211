import type { CallMode } from './conformance-context.js'
import type { ConformanceFeature, ConformanceTarget } from './conformance-target.js'
import { type BehaviourSource, behaviourRank, type ConformanceTest, missingFeatures } from './conformance-test.js'
import { conformanceTests } from './conformance-tests.js'

/** What became of one test. */
export interface ConformanceResult {
  readonly behaviour: ConformanceTest['behaviour']
  readonly source: BehaviourSource
  readonly title: string
  /** Absent where the test was not run. */
  readonly mode?: CallMode
  /** `'not shown'`: this target lacks a feature that the test needs. */
  readonly outcome: 'passed' | 'failed' | 'not shown'
  /** What the calls answered, in order, without repetition. */
  readonly seen: readonly string[]
  /** With `'failed'`: why. */
  readonly failure?: string
  /** With `'not shown'`: the features that are missing, or in the way. */
  readonly missing?: readonly ConformanceFeature[]
}

export interface ConformanceReport {
  readonly target: string
  readonly results: readonly ConformanceResult[]
}

/** The report as a table for people, one line a test, and a closing line with the sums. */
export function formatConformanceReport(report: ConformanceReport): string {
  const lines = [`Conformance of ${report.target}`, '']
  const rows = groupByTest(report.results.toSorted((a, b) => behaviourRank(a) - behaviourRank(b)))
  for (const { first, outcomes, seen } of rows) {
    const number = String(first.behaviour).padStart(8)
    const notes = [...outcomes.filter(({ note }) => note !== '').map(({ note }) => note), ...seen]
    lines.push(`${number}  ${first.source.padEnd(10)}  ${outcomeOf(outcomes).padEnd(9)}  ${first.title}`)
    if (notes.length > 0) lines.push(`${' '.repeat(33)}${notes.slice(0, 6).join('; ')}`)
  }
  const count = (outcome: ConformanceResult['outcome']) =>
    rows.filter((row) => outcomeOf(row.outcomes) === outcome).length
  lines.push('', sums(count('passed'), count('failed'), count('not shown')))
  return lines.join('\n')
}

function sums(shown: number, failed: number, notShown: number): string {
  return `${shown} shown, ${failed} failed, ${notShown} not shown`
}

/** The closing line of the report of a target that has these features, and nothing wrong with it. */
export function soundSums(features: ConformanceTarget['features']): string {
  const notShown = conformanceTests.filter((test) => missingFeatures(test, features).length > 0).length
  return sums(conformanceTests.length - notShown, 0, notShown)
}

interface ReportRow {
  readonly first: ConformanceResult
  readonly outcomes: { readonly outcome: ConformanceResult['outcome']; readonly note: string }[]
  readonly seen: Set<string>
}

/** A test that ran in two modes is one row. */
function groupByTest(results: readonly ConformanceResult[]): readonly ReportRow[] {
  const rows = new Map<string, ReportRow>()
  for (const result of results) {
    const key = `${result.behaviour} ${result.title}`
    const row = rows.get(key) ?? { first: result, outcomes: [], seen: new Set<string>() }
    rows.set(key, row)
    for (const what of result.seen) row.seen.add(what)
    row.outcomes.push({ outcome: result.outcome, note: noteOf(result) })
  }
  return [...rows.values()]
}

function noteOf(result: ConformanceResult): string {
  if (result.outcome === 'failed') return `${result.mode}: ${result.failure?.trim().replaceAll(/\s+/g, ' ')}`
  return result.outcome === 'not shown' ? `needs ${result.missing?.join(', ')}` : ''
}

function outcomeOf(outcomes: ReportRow['outcomes']): ConformanceResult['outcome'] {
  if (outcomes.some(({ outcome }) => outcome === 'failed')) return 'failed'
  return outcomes.some(({ outcome }) => outcome === 'passed') ? 'passed' : 'not shown'
}
