import { expect, it } from 'vitest'
import { type ConformanceFeature, conformanceTests } from '../src/conformance/index.js'

const BEHAVIOURS = [...Array.from({ length: 23 }, (_, i) => i + 1), 'errors', 'contract']

it('every numbered behaviour, the error table and the contract have tests, in that order', () => {
  expect([...new Set(conformanceTests.map(({ behaviour }) => behaviour))]).toEqual(BEHAVIOURS)
})

it('every kind of source occurs, and the contract is no behaviour of Windows', () => {
  const sources = new Set(conformanceTests.map(({ source }) => source))
  expect(sources).toEqual(new Set(['documented', 'observed', 'assumed', 'contract']))
  for (const { behaviour, source } of conformanceTests) {
    if (behaviour === 'contract') expect(source).toBe('contract')
  }
})

it('behaviours that the reference only assumes have no test that calls them documented', () => {
  const assumedAlone = [6, 11, 12, 13, 19]
  for (const { behaviour, source } of conformanceTests) {
    if (typeof behaviour === 'number' && assumedAlone.includes(behaviour)) expect(source).toBe('assumed')
  }
})

it('a behaviour and a title name one test', () => {
  const names = conformanceTests.map(({ behaviour, title }) => `${behaviour} ${title}`)
  expect(new Set(names).size).toBe(names.length)
})

it('every feature but the count of leftovers is needed by some test', () => {
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
  ]
  expect(needed).toEqual(new Set(features))
})

it('no test needs what it must not have, and none has no mode to run in', () => {
  for (const { needs, without = [], modes } of conformanceTests) {
    expect(needs.filter((feature) => without.includes(feature))).toEqual([])
    expect(modes).not.toEqual([])
  }
})

it('a machine without any feature still has tests to pass', () => {
  expect(conformanceTests.filter(({ needs }) => needs.length === 0).length).toBeGreaterThanOrEqual(10)
})
