import { expect, it } from 'vitest'
import {
  type ConformanceResult,
  conformanceTests,
  formatConformanceReport,
  soundSums,
} from '../src/conformance/index.js'

const acquire = { behaviour: 1, source: 'documented', title: 'TCP and UDP are reserved apart' } as const
const wildcard = { behaviour: 15, source: 'assumed', title: 'a wildcard is consecutive' } as const
const contract = { behaviour: 'contract', source: 'contract', title: 'close twice is no error' } as const

function passed(
  test: typeof acquire | typeof wildcard | typeof contract,
  mode: 'blocking' | 'overlapped',
  seen: string[] = [],
): ConformanceResult {
  return { ...test, mode, outcome: 'passed', seen }
}

it('one line a test, what was seen below it, and the sums at the end', () => {
  const report = {
    target: 'a machine',
    results: [
      passed(acquire, 'blocking'),
      passed(acquire, 'overlapped'),
      passed(wildcard, 'blocking', ['tcp: 50000', 'udp: 50000']),
      passed(wildcard, 'overlapped', ['tcp: 50000', 'udp: 50020']),
      { ...contract, outcome: 'not shown', seen: [], missing: ['faults', 'reboot'] } as const,
    ],
  }
  expect(formatConformanceReport(report).split('\n')).toEqual([
    'Conformance of a machine',
    '',
    '       1  documented  passed     TCP and UDP are reserved apart',
    '      15  assumed     passed     a wildcard is consecutive',
    '                                 tcp: 50000; udp: 50000; udp: 50020',
    'contract  contract    not shown  close twice is no error',
    '                                 needs faults, reboot',
    '',
    '2 shown, 0 failed, 1 not shown',
  ])
})

it('a test that failed in one mode has failed, with the mode and the reason in one line before what it saw', () => {
  const report = {
    target: 'a machine',
    results: [
      passed(acquire, 'blocking', ['WSAEINVAL']),
      {
        ...acquire,
        mode: 'overlapped',
        outcome: 'failed',
        seen: ['WSAEACCES'],
        failure: 'AssertionError: Expected:\n\n1 !== 2\n',
      } as const,
    ],
  }
  expect(formatConformanceReport(report).split('\n')).toEqual([
    'Conformance of a machine',
    '',
    '       1  documented  failed     TCP and UDP are reserved apart',
    '                                 overlapped: AssertionError: Expected: 1 !== 2; WSAEINVAL; WSAEACCES',
    '',
    '0 shown, 1 failed, 0 not shown',
  ])
})

it('two tests of one behaviour are two lines, and a long list of sights is cut', () => {
  const seen = Array.from({ length: 9 }, (_, i) => `sight ${i + 1}`)
  const report = {
    target: 'a machine',
    results: [passed(acquire, 'blocking'), { ...passed(acquire, 'blocking', seen), title: 'another title' }],
  }
  const lines = formatConformanceReport(report).split('\n')
  expect(lines[3]).toContain('another title')
  expect(lines[4]?.trim()).toBe('sight 1; sight 2; sight 3; sight 4; sight 5; sight 6')
  expect(lines.at(-1)).toBe('2 shown, 0 failed, 0 not shown')
})

it('a report of nothing is no error', () => {
  expect(formatConformanceReport({ target: 'nothing', results: [] })).toBe(
    'Conformance of nothing\n\n\n0 shown, 0 failed, 0 not shown',
  )
})

it('the sums of a sound report: all that the features allow, the rest not shown', () => {
  const everything = new Set(conformanceTests.flatMap(({ needs }) => needs))
  expect(soundSums(everything)).toBe('86 shown, 0 failed, 2 not shown')
  everything.delete('ipv6')
  expect(soundSums(everything)).toBe('81 shown, 0 failed, 7 not shown')
  expect(soundSums(new Set())).toBe('17 shown, 0 failed, 71 not shown')
})
