import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FreeRuns } from '../src/free-runs.js'

const PORTS = 65_536

/** A reference implementation with one byte per port. */
class NaiveRuns {
  readonly #free = new Uint8Array(PORTS).fill(1)

  set(start: number, count: number, free: boolean): void {
    this.#free.fill(free ? 1 : 0, start, start + count)
  }

  isFree(port: number): boolean {
    return this.#free[port] === 1
  }

  areFree(start: number, count: number): boolean {
    return this.#free.subarray(start, start + count).every((free) => free === 1)
  }

  find(count: number, from: number, to: number): number {
    let run = 0
    for (let port = from; port < to; port++) {
      run = this.#free[port] === 1 ? run + 1 : 0
      if (run === count) return port + 1 - count
    }
    return -1
  }
}

/** Includes the ends of the range and the edges of words and tree nodes. */
const port = fc.oneof(
  fc.constantFrom(0, 1, 31, 32, 33, 63, 64, 65_503, 65_504, 65_534, 65_535),
  fc.integer({ min: 0, max: 2047 }).map((word) => word * 32),
  fc.integer({ min: 0, max: PORTS - 1 }),
)
const length = fc.oneof(
  fc.constantFrom(1, 2, 31, 32, 33, 64, PORTS),
  fc.integer({ min: 1, max: 200 }),
  fc.integer({ min: 1, max: PORTS }),
)
const range = fc.tuple(port, length).map(([start, count]) => ({ start, count: Math.min(count, PORTS - start) }))
const change = fc.record({ range, free: fc.boolean() })
const window = fc.tuple(port, port).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) + 1 }))
const question = fc.record({ count: length, window, range, port })

describe('FreeRuns agrees with an array of ports', () => {
  it('after random changes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(change, question), { minLength: 1, maxLength: 30 }), (steps) => {
        const [runs, naive] = [new FreeRuns(), new NaiveRuns()]
        for (const [change, asked] of steps) {
          runs.set(change.range.start, change.range.count, change.free)
          naive.set(change.range.start, change.range.count, change.free)
          const { count, window, range, port } = asked
          expect(runs.find(count, window.from, window.to)).toBe(naive.find(count, window.from, window.to))
          expect(runs.find(count, 0, PORTS)).toBe(naive.find(count, 0, PORTS))
          expect(runs.areFree(range.start, range.count)).toBe(naive.areFree(range.start, range.count))
          expect(runs.isFree(port)).toBe(naive.isFree(port))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('when free ports are scattered', () => {
    const scattered = fc.array(port, { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(
        scattered,
        fc.boolean(),
        fc.array(question, { minLength: 1, maxLength: 10 }),
        (ports, free, asked) => {
          const [runs, naive] = [new FreeRuns(), new NaiveRuns()]
          for (const model of [runs, naive]) {
            model.set(0, PORTS, !free)
            for (const port of ports) model.set(port, 1, free)
          }
          for (const { count, window, range } of asked) {
            expect(runs.find(count, window.from, window.to)).toBe(naive.find(count, window.from, window.to))
            expect(runs.areFree(range.start, range.count)).toBe(naive.areFree(range.start, range.count))
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('FreeRuns', () => {
  it('starts with every port free', () => {
    const runs = new FreeRuns()
    expect(runs.find(PORTS, 0, PORTS)).toBe(0)
    expect(runs.areFree(0, PORTS)).toBe(true)
    expect([runs.isFree(0), runs.isFree(65_535)]).toEqual([true, true])
  })

  it('finds nothing when every port is taken, then the only free port', () => {
    const runs = new FreeRuns()
    runs.set(0, PORTS, false)
    expect(runs.find(1, 0, PORTS)).toBe(-1)
    for (const port of [0, 31, 32, 40_000, 65_535]) {
      runs.set(port, 1, true)
      expect(runs.find(1, 0, PORTS)).toBe(port)
      expect(runs.find(2, 0, PORTS)).toBe(-1)
      expect(runs.areFree(port, 1)).toBe(true)
      runs.set(port, 1, false)
    }
    expect(runs.find(1, 0, PORTS)).toBe(-1)
  })

  it('finds a run across the middle of the tree, but not one that the window cuts', () => {
    const runs = new FreeRuns()
    runs.set(0, PORTS, false)
    runs.set(32_700, 136, true)
    expect(runs.find(136, 0, PORTS)).toBe(32_700)
    expect(runs.find(137, 0, PORTS)).toBe(-1)
    expect(runs.find(136, 32_701, PORTS)).toBe(-1)
    expect(runs.find(136, 0, 32_835)).toBe(-1)
    expect(runs.find(135, 32_701, PORTS)).toBe(32_701)
    expect(runs.find(1, 32_768, 32_768)).toBe(-1)
  })

  it('finds the lowest of several runs', () => {
    const runs = new FreeRuns()
    runs.set(0, PORTS, false)
    for (const start of [60_000, 50_000, 55_000]) runs.set(start, 20, true)
    expect(runs.find(20, 0, PORTS)).toBe(50_000)
    expect(runs.find(20, 50_001, PORTS)).toBe(55_000)
    expect(runs.find(21, 0, PORTS)).toBe(-1)
  })
})
