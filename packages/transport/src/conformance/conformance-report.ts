import type { CallMode } from './conformance-context.js'
import type { ConformanceTarget } from './conformance-target.js'
import { type BehaviourSource, type ConformanceTest, missingFeatures } from './conformance-test.js'
import { conformanceTests } from './conformance-tests.js'
import { type Observation, type SettledAnswer, settledAnswers } from './settled-answers.js'

/** The outcome of one test in one mode. */
export interface ConformanceResult {
  readonly number: ConformanceTest['number']
  readonly source: BehaviourSource
  readonly title: string
  /** Absent where the test was not run. */
  readonly mode?: CallMode
  /** `'not shown'`: this target lacks a feature that the test needs, or has one that must be absent. */
  readonly outcome: 'passed' | 'failed' | 'not shown'
  /** What the calls answered, in order, without repetition. */
  readonly seen: readonly string[]
  /** The answers to the unsettled points that the test observes. */
  readonly observations: readonly Observation[]
  /** With `'failed'`: why. */
  readonly failure?: string
  /** With `'not shown'`: the features that are missing, and `'no ...'` for each feature that must be absent. */
  readonly missing?: readonly string[]
}

export interface ConformanceReport {
  readonly target: string
  readonly results: readonly ConformanceResult[]
}

/**
 * The report as text for people: the unsettled points that it settles, a line for each test, and the sums.
 */
export function formatConformanceReport(report: ConformanceReport): string {
  const rows = groupByTest(report.results.toSorted((a, b) => positionOf(a) - positionOf(b)))
  const count = (outcome: ConformanceResult['outcome']) =>
    rows.filter((row) => outcomeOf(row.outcomes) === outcome).length
  return [
    `Conformance of ${report.target}`,
    '',
    ...formatSettledAnswers(settledAnswers(report.results)),
    ...rows.flatMap(formatRow),
    '',
    sums(count('passed'), count('failed'), count('not shown')),
  ].join('\n')
}

function formatSettledAnswers(answers: readonly SettledAnswer[]): readonly string[] {
  if (answers.length === 0) return []
  const lines = answers.map(
    ({ point, number, question, seen }) =>
      `${String(number).padStart(8)}  ${point.padEnd(21)}  ${question}: ${seen.join(', ')}`,
  )
  return ['Settled on this machine', ...lines, '']
}

function formatRow({ first, outcomes, seen }: ReportRow): readonly string[] {
  const number = String(first.number).padStart(8)
  const line = `${number}  ${first.source.padEnd(10)}  ${outcomeOf(outcomes).padEnd(9)}  ${first.title}`
  const notes = [...outcomes.filter(({ note }) => note !== '').map(({ note }) => note), ...seen]
  return notes.length === 0 ? [line] : [line, `${' '.repeat(33)}${notes.slice(0, 6).join('; ')}`]
}

function sums(shown: number, failed: number, notShown: number): string {
  return `${shown} shown, ${failed} failed, ${notShown} not shown`
}

/** The last line of the report of a target that has these features and passes every test. */
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
    const row = rows.get(nameOf(result)) ?? { first: result, outcomes: [], seen: new Set<string>() }
    rows.set(nameOf(result), row)
    for (const what of result.seen) row.seen.add(what)
    row.outcomes.push({ outcome: result.outcome, note: noteOf(result) })
  }
  return [...rows.values()]
}

const positions: ReadonlyMap<string, number> = new Map(conformanceTests.map((test, i) => [nameOf(test), i]))

/** The order of the suite. */
function positionOf(result: ConformanceResult): number {
  return positions.get(nameOf(result)) ?? conformanceTests.length
}

function nameOf({ number, title }: Pick<ConformanceTest, 'number' | 'title'>): string {
  return `${number} ${title}`
}

function noteOf(result: ConformanceResult): string {
  if (result.outcome === 'failed') return `${result.mode}: ${result.failure?.trim().replaceAll(/\s+/g, ' ')}`
  return result.outcome === 'not shown' ? `needs ${result.missing?.join(', ')}` : ''
}

function outcomeOf(outcomes: ReportRow['outcomes']): ConformanceResult['outcome'] {
  if (outcomes.some(({ outcome }) => outcome === 'failed')) return 'failed'
  return outcomes.some(({ outcome }) => outcome === 'passed') ? 'passed' : 'not shown'
}
