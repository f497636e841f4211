import { expect, it } from 'vitest'
import {
  type ConformanceResult,
  conformanceTests,
  formatConformanceReport,
  type Observation,
  settledAnswers,
  soundSums,
} from '../src/conformance/index.js'

const acquire = { number: 1, source: 'documented', title: 'TCP and UDP ports are reserved separately' } as const
const wildcard = {
  number: 15,
  source: 'supported',
  title: 'a wildcard takes consecutive ports, in the dynamic range or anywhere above 1023',
} as const
const contract = { number: 'contract', source: 'contract', title: 'an adopted server outlives its transport' } as const

function passed(
  test: typeof acquire | typeof wildcard | typeof contract,
  mode: 'blocking' | 'overlapped',
  seen: readonly string[] = [],
  observations: readonly Observation[] = [],
): ConformanceResult {
  return { ...test, mode, outcome: 'passed', seen, observations }
}

const inside: Observation = { point: 'wildcardPlace', seen: 'dynamic-range' }

it('shows one line a test in the order of the suite, what was seen below it, and the sums at the end', () => {
  const report = {
    target: 'a machine',
    results: [
      { ...contract, outcome: 'not shown', seen: [], observations: [], missing: ['faults', 'no ipv6'] } as const,
      passed(acquire, 'blocking'),
      passed(acquire, 'overlapped'),
      passed(wildcard, 'blocking', ['tcp: 50000', 'udp: 50000']),
      passed(wildcard, 'overlapped', ['tcp: 50000', 'udp: 50020']),
    ],
  }
  expect(formatConformanceReport(report).split('\n')).toEqual([
    'Conformance of a machine',
    '',
    '       1  documented  passed     TCP and UDP ports are reserved separately',
    '      15  supported   passed     a wildcard takes consecutive ports, in the dynamic range or anywhere above 1023',
    '                                 tcp: 50000; udp: 50000; udp: 50020',
    'contract  contract    not shown  an adopted server outlives its transport',
    '                                 needs faults, no ipv6',
    '',
    '2 shown, 0 failed, 1 not shown',
  ])
})

it('begins with the unsettled points that were answered, each with every answer that was seen', () => {
  const results = [
    passed(wildcard, 'blocking', [], [inside]),
    passed(wildcard, 'overlapped', [], [inside, { point: 'bytesReturned', seen: 0 }]),
    passed(acquire, 'blocking', [], [{ point: 'bytesReturned', seen: 16 }]),
  ]
  expect(formatConformanceReport({ target: 'a machine', results }).split('\n').slice(0, 6)).toEqual([
    'Conformance of a machine',
    '',
    'Settled on this machine',
    '      15  wildcardPlace          wildcards lie in: dynamic-range',
    '      17  bytesReturned          bytesReturned of ASSOCIATE and RELEASE: 0, 16',
    '',
  ])
  expect(settledAnswers(results).map(({ point, number, seen }) => ({ point, number, seen }))).toEqual([
    { point: 'wildcardPlace', number: 15, seen: ['dynamic-range'] },
    { point: 'bytesReturned', number: 17, seen: [0, 16] },
  ])
})

it('shows a test as failed if it failed in one mode, with the mode and the reason in one line before what it saw', () => {
  const report = {
    target: 'a machine',
    results: [
      passed(acquire, 'blocking', ['WSAEINVAL']),
      {
        ...acquire,
        mode: 'overlapped',
        outcome: 'failed',
        seen: ['WSAEACCES'],
        observations: [],
        failure: 'AssertionError: Expected:\n\n1 !== 2\n',
      } as const,
    ],
  }
  expect(formatConformanceReport(report).split('\n')).toEqual([
    'Conformance of a machine',
    '',
    '       1  documented  failed     TCP and UDP ports are reserved separately',
    '                                 overlapped: AssertionError: Expected: 1 !== 2; WSAEINVAL; WSAEACCES',
    '',
    '0 shown, 1 failed, 0 not shown',
  ])
})

it('shows two tests of one behaviour in two lines, and cuts a long list of notes', () => {
  const seen = Array.from({ length: 9 }, (_, i) => `note ${i + 1}`)
  const report = {
    target: 'a machine',
    results: [passed(acquire, 'blocking'), { ...passed(acquire, 'blocking', seen), title: 'another title' }],
  }
  const lines = formatConformanceReport(report).split('\n')
  expect(lines[3]).toContain('another title')
  expect(lines[4]?.trim()).toBe('note 1; note 2; note 3; note 4; note 5; note 6')
  expect(lines.at(-1)).toBe('2 shown, 0 failed, 0 not shown')
})

it('accepts a report without results', () => {
  expect(formatConformanceReport({ target: 'nothing', results: [] })).toBe(
    'Conformance of nothing\n\n\n0 shown, 0 failed, 0 not shown',
  )
})

it('sums up a sound report: a test for every feature is shown, and none that must lack one', () => {
  const everything = new Set(conformanceTests.flatMap(({ needs }) => needs))
  const unwanted = conformanceTests.filter(({ without = [] }) =>
    without.some((feature) => everything.has(feature)),
  ).length
  expect(unwanted).toBeGreaterThan(0)
  expect(soundSums(everything)).toBe(`${conformanceTests.length - unwanted} shown, 0 failed, ${unwanted} not shown`)
  everything.delete('ipv6')
  const withIpv6 = conformanceTests.filter(({ needs }) => needs.includes('ipv6')).length
  expect(withIpv6).toBeGreaterThan(0)
  expect(soundSums(everything)).toBe(
    `${conformanceTests.length - unwanted - withIpv6} shown, 0 failed, ${unwanted + withIpv6} not shown`,
  )
  const plain = conformanceTests.filter(({ needs }) => needs.length === 0).length
  expect(soundSums(new Set())).toBe(`${plain} shown, 0 failed, ${conformanceTests.length - plain} not shown`)
})
