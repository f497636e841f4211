import { describe, expect, it } from 'vitest'
import {
  type ConformanceReport,
  type ConformanceResult,
  conformanceTests,
  defineConformanceTests,
  runConformance,
} from '../src/conformance/index.js'
import { FAKE_PASSES, FakeTransport, fakeTarget } from './fake-target.js'

function resultOf(report: ConformanceReport, title: string): ConformanceResult {
  const result = report.results.find((candidate) => candidate.title === title)
  if (result === undefined) throw new Error(`no result of '${title}'`)
  return result
}

function outcomes({ results }: ConformanceReport): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { outcome } of results) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}

/** A test runner that only collects what is defined. */
function collectingRunner() {
  const groups: string[] = []
  const tests: { readonly name: string; readonly run: () => Promise<void> }[] = []
  const runner = {
    describe: (name: string, define: () => void) => {
      groups.push(name)
      define()
    },
    it: (name: string, run: () => Promise<void>) => {
      tests.push({ name, run })
    },
  }
  return { groups, tests, runner }
}

describe('runConformance', () => {
  it('reports what passed, what failed and why, and what the target cannot show', async () => {
    const report = await runConformance(fakeTarget())
    expect(report.target).toBe('the fake')
    expect(resultOf(report, FAKE_PASSES)).toEqual({
      number: 18,
      source: 'contract',
      title: FAKE_PASSES,
      mode: 'blocking',
      outcome: 'passed',
      seen: ['ERROR_PROC_NOT_FOUND'],
      observations: [],
    })
    const failed = resultOf(report, '`using` closes a socket, and `await using` closes a transport')
    expect(failed.outcome).toBe('failed')
    expect(failed.failure).toContain('WSASocketW failed: WSAENETDOWN (10050)')
    expect(resultOf(report, 'TCP and UDP ports are reserved separately')).toEqual({
      number: 1,
      source: 'documented',
      title: 'TCP and UDP ports are reserved separately',
      outcome: 'not shown',
      seen: [],
      observations: [],
      missing: ['runtime-reservations'],
    })
    expect(outcomes(report)).toMatchObject({ passed: 1 })
  })

  it('names the features that a test lacks, and those that must be absent', async () => {
    const report = await runConformance(fakeTarget({}, { features: new Set(['persistent-reservations']) }))
    expect(resultOf(report, FAKE_PASSES)).toMatchObject({
      outcome: 'not shown',
      missing: ['no persistent-reservations'],
    })
    expect(resultOf(report, 'any elevated process can use a persistent reservation').missing).toEqual([
      'runtime-reservations',
      'other-process',
    ])
  })

  it('runs a test once in each of its modes', async () => {
    const report = await runConformance(fakeTarget({}, { features: new Set(['runtime-reservations']) }))
    const modesOf = (title: string) => report.results.filter((result) => result.title === title).map(({ mode }) => mode)
    expect(modesOf('TCP and UDP ports are reserved separately')).toEqual(['blocking', 'overlapped'])
    expect(modesOf(FAKE_PASSES)).toEqual(['blocking'])
  })

  it('lists every test', async () => {
    const report = await runConformance(fakeTarget())
    expect(new Set(report.results.map(({ title }) => title))).toEqual(
      new Set(conformanceTests.map(({ title }) => title)),
    )
  })

  it('fails a test that leaves a socket or a reservation', async () => {
    for (const left of [
      { sockets: 1, reservations: 0 },
      { sockets: 0, reservations: 1 },
    ]) {
      const result = resultOf(await runConformance(fakeTarget({ leftovers: () => left })), FAKE_PASSES)
      expect(result.outcome).toBe('failed')
      expect(result.failure).toContain('left over')
    }
    const clean = await runConformance(fakeTarget({ leftovers: () => ({ sockets: 0, reservations: 0 }) }))
    expect(resultOf(clean, FAKE_PASSES).outcome).toBe('passed')
  })

  it('closes every transport of a test before it counts what is left', async () => {
    const transports: FakeTransport[] = []
    const openTransport = () => {
      const transport = new FakeTransport()
      transports.push(transport)
      return transport
    }
    const openOnes: number[] = []
    const leftovers = () => {
      openOnes.push(transports.filter(({ closed }) => !closed).length)
      return { sockets: 0, reservations: 0 }
    }
    await runConformance(fakeTarget({ openTransport, leftovers }))
    expect(transports.length).toBeGreaterThan(1)
    expect(transports.every(({ closed }) => closed)).toBe(true)
    expect(openOnes).toEqual([0])
  })

  it('fails a test whose call never settles after the time limit, and continues', async () => {
    class StuckTransport extends FakeTransport {
      override readonly persistent = { create: stuck, lookup: stuck, delete: stuck }
    }
    let closed = 0
    const machine = {
      openTransport: () => new StuckTransport(),
      [Symbol.asyncDispose]: async () => {
        closed++
      },
    }
    const report = await runConformance(fakeTarget(machine, { timeLimit: 20 }))
    expect(resultOf(report, FAKE_PASSES)).toMatchObject({
      outcome: 'failed',
      failure: 'Error: Not done within 20 ms',
    })
    expect(closed).toBe(report.results.filter(({ outcome }) => outcome !== 'not shown').length)
  })

  it('a transport that cannot be closed fails the test', async () => {
    class SealedTransport extends FakeTransport {
      override async close(): Promise<void> {
        throw new Error('sealed')
      }
    }
    const rejecting = await runConformance(fakeTarget({ openTransport: () => new SealedTransport() }))
    expect(resultOf(rejecting, FAKE_PASSES)).toMatchObject({ outcome: 'failed', failure: 'Error: sealed' })
    class StuckTransport extends FakeTransport {
      override close = stuck
    }
    const machine = { openTransport: () => new StuckTransport() }
    const hanging = await runConformance(fakeTarget(machine, { timeLimit: 20 }))
    expect(resultOf(hanging, FAKE_PASSES).outcome).toBe('failed')
  })

  it('a machine that cannot be opened, or not be closed, fails the test and not the suite', async () => {
    const unopened = await runConformance(fakeTarget({}, { openMachine: () => Promise.reject(new Error('no power')) }))
    expect(resultOf(unopened, FAKE_PASSES)).toMatchObject({ outcome: 'failed', failure: 'Error: no power' })
    const unclosed = await runConformance(
      fakeTarget({
        [Symbol.asyncDispose]: async () => {
          throw new Error('no switch')
        },
      }),
    )
    expect(resultOf(unclosed, FAKE_PASSES)).toMatchObject({ outcome: 'failed', failure: 'Error: no switch' })
  })

  it('fails a test whose target lists a feature that the machine lacks, and names the part', async () => {
    class OpeningTransport extends FakeTransport {
      override openSocket(): never {
        return undefined as never
      }
    }
    const report = await runConformance(
      fakeTarget(
        { openTransport: () => new OpeningTransport() },
        { features: new Set(['runtime-reservations', 'other-socket']) },
      ),
    )
    const { outcome, failure } = resultOf(
      report,
      'the three codes fail with WSAEOPNOTSUPP on a socket that is neither TCP nor UDP',
    )
    expect(outcome).toBe('failed')
    expect(failure).toContain('the machine has no openOtherSocket()')
  })
})

describe('defineConformanceTests', () => {
  it('defines a test for each behaviour and mode, named after them, in one group', async () => {
    const { groups, tests, runner } = collectingRunner()
    defineConformanceTests(runner, fakeTarget())
    expect(groups).toEqual(['conformance of the fake'])
    expect(tests.map(({ name }) => name)).toContain(`18 (contract, blocking): ${FAKE_PASSES}`)
    const ran = await runConformance(fakeTarget())
    expect(tests).toHaveLength(ran.results.filter(({ outcome }) => outcome !== 'not shown').length)
  })

  it('lists what cannot be shown in the report before any test runs', () => {
    const { runner } = collectingRunner()
    const report = defineConformanceTests(runner, fakeTarget())
    expect(report.target).toBe('the fake')
    expect(report.results.length).toBeGreaterThan(20)
    expect(report.results.every(({ outcome }) => outcome === 'not shown')).toBe(true)
  })

  it('throws the error of a failed test to the runner, and reports the test as failed', async () => {
    const { tests, runner } = collectingRunner()
    const report = defineConformanceTests(runner, fakeTarget())
    const shown = report.results.length
    const failing = tests.find(({ name }) => name.includes('`using` closes a socket'))
    await expect(failing?.run()).rejects.toMatchObject({ name: 'WinsockError', code: 'WSAENETDOWN' })
    expect(report.results.slice(shown)).toMatchObject([{ number: 'contract', outcome: 'failed' }])
  })

  it('reports a passed test as passed', async () => {
    const { tests, runner } = collectingRunner()
    const report = defineConformanceTests(runner, fakeTarget())
    const shown = report.results.length
    const passing = tests.find(({ name }) => name.includes(FAKE_PASSES))
    await expect(passing?.run()).resolves.toBeUndefined()
    expect(report.results.slice(shown)).toMatchObject([{ title: FAKE_PASSES, outcome: 'passed' }])
  })

  it('opens no machine before a test runs', () => {
    let opened = 0
    const openMachine = () => {
      opened++
      return fakeTarget().openMachine()
    }
    defineConformanceTests(collectingRunner().runner, fakeTarget({}, { openMachine }))
    expect(opened).toBe(0)
  })
})

function stuck(): Promise<never> {
  return new Promise(() => {})
}
