import { expect, it } from 'vitest'
import { WORLD_ANSWERS } from '../src/backend/index.js'
import {
  type BehaviourSource,
  type ConformanceFeature,
  conformanceTests,
  UNSETTLED_POINTS,
} from '../src/conformance/index.js'

const NUMBERS = [...Array.from({ length: 23 }, (_, i) => i + 1), 'errors', 'contract']

it('begins with how a block is served: TCP and UDP, IPv4 and IPv6, port 0 and a given port', () => {
  const first = conformanceTests.slice(0, 8)
  expect(first.every(({ observe }) => observe?.includes('blockServed'))).toBe(true)
  const titles = first.map(({ title }) => title)
  for (const part of ['TCP', 'UDP', 'IPv4', 'IPv6', 'port 0', 'given port']) {
    expect(titles.filter((title) => title.includes(part))).toHaveLength(4)
  }
})

it('continues with every behaviour by number, the error table and the contract', () => {
  expect([...new Set(conformanceTests.slice(8).map(({ number }) => number))]).toEqual(NUMBERS)
})

it('uses every source, and calls a test of the contract by no other', () => {
  const sources = new Set(conformanceTests.map(({ source }) => source))
  const all: readonly BehaviourSource[] = ['documented', 'observed', 'supported', 'assumed', 'unsettled', 'contract']
  expect(sources).toEqual(new Set(all))
  for (const { number, source } of conformanceTests) if (number === 'contract') expect(source).toBe('contract')
})

it('observes every unsettled point but how an overlapped call ends, which the interface hides', () => {
  const observed = new Set(conformanceTests.flatMap(({ observe = [] }) => observe))
  const points = Object.keys(WORLD_ANSWERS).filter((point) => point !== 'overlappedCall')
  expect([...observed].sort()).toEqual(points.sort())
})

it('observes a point in a test of its number, whatever else observes it', () => {
  for (const point of new Set(conformanceTests.flatMap(({ observe = [] }) => observe))) {
    const numbers = conformanceTests.filter(({ observe }) => observe?.includes(point)).map(({ number }) => number)
    expect(numbers, point).toContain(UNSETTLED_POINTS[point].number)
  }
})

it('has an observed point in every test whose source is unsettled', () => {
  for (const { source, observe = [], title } of conformanceTests) {
    if (source === 'unsettled') expect(observe.length, title).toBeGreaterThan(0)
  }
})

it('names each test by number and title', () => {
  const names = conformanceTests.map(({ number, title }) => `${number} ${title}`)
  expect(new Set(names).size).toBe(names.length)
})

it('needs every feature but the count of leftovers', () => {
  const needed = new Set(conformanceTests.flatMap(({ needs }) => needs))
  const features: readonly ConformanceFeature[] = [
    'runtime-reservations',
    'persistent-reservations',
    'elevation',
    'other-process',
    'other-socket',
    'exclusions',
    'faults',
    'pending-calls',
    'ipv6',
    'reboot',
    'socket-table',
  ]
  expect(needed).toEqual(new Set(features))
})

it('has no test that needs what must be absent, and none without a mode', () => {
  for (const { needs, without = [], modes } of conformanceTests) {
    expect(needs.filter((feature) => without.includes(feature))).toEqual([])
    expect(modes).not.toEqual([])
  }
})

it('has tests for a machine without any feature', () => {
  expect(conformanceTests.filter(({ needs }) => needs.length === 0).length).toBeGreaterThanOrEqual(10)
})
