import { MockKernel } from '@winport/transport-mock'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AcquireMatchedOptions,
  type AcquireOptions,
  checkAcquireOptions,
  ReservationManager,
} from '../src/index.js'
import { failureOf } from './failure-of.js'
import { SimulatedMachine } from './simulated-machine.js'

describe('acquire with exclude', () => {
  const machine = new SimulatedMachine({ dynamicRange: { startPort: 50_000, count: 100 } })
  const tcp = { protocol: 'tcp' } as const

  it.each<[string, Iterable<number>]>([
    ['an array', [8003, 8010, 8003]],
    ['a set', new Set([8010, 8003])],
    ['a generator', [8010, 8003].values()],
    ['the ports of blocks', [{ startPort: 8003 }, { startPort: 8010 }].map(({ startPort }) => startPort)],
  ])('goes past the excluded ports within a range, without asking for them: %s', async (_name, exclude) => {
    const block = await machine.manager.acquire({ ...tcp, count: 7, within: [8000, 8100], exclude })
    expect(block.startPort).toBe(8011)
    expect(machine.calls).toEqual(['openSocket tcp'])
  })

  it('skips the start ports of a list whose blocks contain one', async () => {
    const options = { ...tcp, count: 5, startPort: [8000, 8010, 8020], exclude: [8004, 8010] }
    expect((await machine.manager.acquire(options)).startPort).toBe(8020)
    const failure = await failureOf(machine.manager.acquire({ ...tcp, count: 5, startPort: 8000, exclude: [8004] }))
    expect(failure).toMatchObject({
      code: 'ERR_PORT_RANGE_IN_USE',
      message:
        '5 TCP ports cannot be reserved at any of 8000: each time at least one is bound, reserved or excluded. ' +
        'Choose other start ports, or add 0 to let the system choose.',
    })
    expect(machine.calls).toHaveLength(1)
  })

  it('gives back what the kernel chose first where the kernel chooses', async () => {
    const block = await machine.manager.acquire({ ...tcp, count: 10, exclude: [50_005, 50_019] })
    expect(block.startPort).toBe(50_020)
    expect(machine.manager.held).toEqual([block])
    expect(machine.kernel.inspect().reservations).toHaveLength(1)
  })

  it('tries every start port where the kernel chooses', async () => {
    const block = await machine.manager.acquire({ ...tcp, count: 40, exclude: [50_030, 50_071] })
    expect(block.startPort).toBe(50_031)
    const failure = await failureOf(machine.manager.acquire({ ...tcp, count: 40, exclude: [50_030, 50_071] }))
    expect(failure.code).toBe('ERR_PORT_RANGE_IN_USE')
    expect(machine.manager.held).toEqual([block])
  })

  it('is as good as none if it has no port', async () => {
    expect((await machine.manager.acquire({ ...tcp, count: 4, exclude: [] })).startPort).toBe(50_000)
    expect((await machine.manager.acquireMatched({ count: 4, exclude: new Set() })).startPort).toBe(50_004)
  })

  it('excludes ports of both protocols from a matched reservation', async () => {
    await machine.manager.acquire({ protocol: 'udp', startPort: 50_012, count: 1 })
    expect((await machine.manager.acquireMatched({ count: 10, exclude: [50_005, 50_025] })).startPort).toBe(50_030)
    const options = { count: 10, within: [50_000, 50_099] as const, exclude: [50_002] }
    expect((await machine.manager.acquireMatched(options)).startPort).toBe(50_013)
  })
})

describe('acquire within a range with a fallback', () => {
  const machine = new SimulatedMachine({ exclusions: [{ protocol: 'udp', startPort: 8000, count: 10 }] })
  const request = { count: 4, within: [8000, 8012], fallback: 'anywhere' } as const

  it('lets the kernel choose if the range has no place', async () => {
    expect((await machine.manager.acquire({ protocol: 'tcp', ...request })).startPort).toBe(8000)
    expect((await machine.manager.acquire({ protocol: 'udp', ...request })).startPort).toBe(49_152)
    expect((await machine.manager.acquireMatched(request)).startPort).toBe(49_156)
    const exclude = [49_161, 49_164]
    expect((await machine.manager.acquire({ protocol: 'udp', ...request, exclude })).startPort).toBe(49_168)
  })

  it('says that there is no place elsewhere either', async () => {
    machine.replace({ exclusions: [{ protocol: 'udp', startPort: 1, count: 65_535 }] })
    const failure = await failureOf(machine.manager.acquire({ protocol: 'udp', ...request }))
    expect(failure).toMatchObject({
      code: 'ERR_PORT_RANGE_IN_USE',
      message:
        'No 4 consecutive UDP ports from 8000 to 8012 or elsewhere can be reserved: at every start port at least one ' +
        'is bound, reserved or excluded. Ask for fewer, or release a block. ' +
        'WSAENOBUFS can also mean that the system is out of memory.',
    })
  })
})

describe('acquire within a range in random order', () => {
  const machine = new SimulatedMachine()

  it('starts at different ports', async () => {
    const starts = new Set<number>()
    for (let i = 0; i < 20; i++) {
      const block = await machine.manager.acquire({ protocol: 'tcp', count: 5, within: [5000, 5999], order: 'random' })
      starts.add(block.startPort)
      await block.release()
    }
    expect(starts.size).toBeGreaterThan(10)
    for (const start of starts) expect(start >= 5000 && start <= 5995).toBe(true)
  })

  it('finds the only free place, wherever it starts', async () => {
    machine.replace({
      exclusions: [
        { protocol: 'tcp', startPort: 5000, count: 30 },
        { protocol: 'tcp', startPort: 5034, count: 30 },
      ],
    })
    for (let i = 0; i < 50; i++) {
      const block = await machine.manager.acquire({ protocol: 'tcp', count: 4, within: [5000, 5063], order: 'random' })
      expect(block.startPort).toBe(5030)
      await block.release()
    }
  })

  it('takes the lowest place with the order that is the default', async () => {
    const options = { protocol: 'tcp', count: 5, within: [5000, 5999], order: 'ascending' } as const
    expect((await machine.manager.acquire(options)).startPort).toBe(5000)
  })
})

describe('the options of a place', () => {
  const machine = new SimulatedMachine()
  const within = [5000, 5999] as const

  it.each<[string, object, string, RegExp]>([
    ['a number', { exclude: 5000 }, 'ERR_INVALID_ARG_TYPE', /^The "exclude" argument must be an iterable of numbers\./],
    ['a string', { exclude: '5000' }, 'ERR_INVALID_ARG_TYPE', /"exclude".*an iterable of numbers/],
    ['null', { exclude: null }, 'ERR_INVALID_ARG_TYPE', /"exclude".*an iterable of numbers/],
    ['an object', { exclude: { length: 0 } }, 'ERR_INVALID_ARG_TYPE', /"exclude".*an iterable of numbers/],
    ['port 0', { exclude: [1, 0] }, 'ERR_OUT_OF_RANGE', /"exclude\[1\]".*>= 1 and <= 65535\. Received 0/],
    ['text', { exclude: ['80'] }, 'ERR_INVALID_ARG_TYPE', /"exclude\[0\]".*of type number/],
    ['too many', { exclude: Array(65_536).fill(1) }, 'ERR_OUT_OF_RANGE', /"exclude".*at most 65535 numbers/],
    ['an order', { within, order: 'descending' }, 'ERR_OUT_OF_RANGE', /"order".*'ascending' or 'random'\. Received/],
    ['no word', { within, order: true }, 'ERR_INVALID_ARG_TYPE', /"order".*must be 'ascending' or 'random'/],
    ['order', { order: 'random' }, 'ERR_OUT_OF_RANGE', /"order".*left out where within is not given/],
    ['order of starts', { order: 'random', startPort: [5000, 5001] }, 'ERR_OUT_OF_RANGE', /"order".*left out/],
    ['a fallback', { within, fallback: 'nowhere' }, 'ERR_OUT_OF_RANGE', /"fallback".*must be 'anywhere'\. Received/],
    ['true', { within, fallback: true }, 'ERR_INVALID_ARG_TYPE', /"fallback".*must be 'anywhere'/],
    ['fallback', { fallback: 'anywhere' }, 'ERR_OUT_OF_RANGE', /"fallback".*left out where within is not given/],
  ])('are refused before any system call: %s', async (_name, options, code, message) => {
    const one = { protocol: 'tcp', count: 5, ...options } as AcquireOptions
    const failure = await failureOf(machine.manager.acquire(one))
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(() => checkAcquireOptions(one)).toThrow(failure.message)
    const both = { count: 5, ...options } as AcquireMatchedOptions
    expect((await failureOf(machine.manager.acquireMatched(both))).message).toBe(failure.message)
    expect(machine.calls).toEqual([])
  })

  it('are copied before the search begins', async () => {
    const exclude = [5000]
    const acquiring = machine.manager.acquire({ protocol: 'tcp', count: 1, within, exclude })
    exclude.push(5001)
    expect((await acquiring).startPort).toBe(5001)
  })
})

describe('a block', () => {
  const FIRST = 50_000
  const SIZE = 60

  const port = fc.integer({ min: FIRST, max: FIRST + SIZE - 1 })
  const machines = fc.record({
    taken: fc.array(fc.record({ protocol: fc.constantFrom('tcp', 'udp'), startPort: port }), { maxLength: 25 }),
    own: fc.array(fc.record({ protocol: fc.constantFrom('tcp', 'udp'), startPort: port }), { maxLength: 6 }),
    exclude: fc.array(port, { maxLength: 12 }),
    count: fc.integer({ min: 1, max: 9 }),
    protocol: fc.constantFrom<'tcp' | 'udp' | 'both'>('tcp', 'udp', 'both'),
    order: fc.constantFrom(undefined, 'ascending' as const, 'random' as const),
    within: fc.option(fc.tuple(port, port), { nil: undefined }),
    fallback: fc.constantFrom(undefined, 'anywhere' as const),
  })

  it('is granted where a place is free, lies in its range and contains no excluded port', async () => {
    const beyond = {
      own: [{ protocol: 'tcp', startPort: FIRST + 40 }],
      exclude: [4, 13, 22, 31, 43].map((i) => FIRST + i),
    }
    const last = { taken: [], ...beyond, count: 9, protocol: 'tcp', order: undefined, within: undefined }
    await fc.assert(
      fc.asyncProperty(machines, async ({ taken, own, exclude, count, protocol, order, within, fallback }) => {
        const kernel = new MockKernel({ dynamicRange: { startPort: FIRST, count: SIZE } })
        const other = kernel.openTransport()
        await using strangers = new ReservationManager({ transport: other })
        await using manager = new ReservationManager({ transport: kernel.openTransport() })
        for (const range of taken) await strangers.acquire({ ...range, count: 1 }).catch(() => {})
        for (const range of own) await manager.acquire({ ...range, count: 3 }).catch(() => {})
        const { reservations } = kernel.inspect()
        const isFree = (start: number) => {
          const end = start + count - 1
          const overlaps = reservations.some((held) => {
            return (protocol === 'both' || held.protocol === protocol) && held.startPort <= end && held.endPort >= start
          })
          return !overlaps && !exclude.some((port) => port >= start && port <= end)
        }
        const [from, to] = within === undefined ? [FIRST, FIRST + SIZE - 1] : [Math.min(...within), Math.max(...within)]
        if (to - from + 1 < count) return
        const placed = within === undefined ? {} : { within: [from, to] as const, order, fallback }
        const options = { count, exclude, ...placed }
        const acquiring =
          protocol === 'both' ? manager.acquireMatched(options) : manager.acquire({ protocol, ...options })
        const [outcome] = await Promise.allSettled([acquiring])
        const starts = (first: number, last: number) =>
          Array.from({ length: last - count + 2 - first }, (_, i) => first + i).filter(isFree)
        const inside = starts(from, to)
        const anywhere = within === undefined || fallback === 'anywhere' ? starts(FIRST, FIRST + SIZE - 1) : []
        if (outcome.status === 'rejected') {
          expect(outcome.reason.code).toBe('ERR_PORT_RANGE_IN_USE')
          expect([inside, anywhere]).toEqual([[], []])
          expect(kernel.inspect().reservations).toEqual(reservations)
          return
        }
        const { startPort } = outcome.value
        expect(isFree(startPort)).toBe(true)
        if (within !== undefined && fallback === undefined) expect(inside).toContain(startPort)
        if (within !== undefined && order !== 'random' && inside.length > 0) expect(startPort).toBe(inside[0])
        expect(kernel.inspect().reservations).toHaveLength(reservations.length + (protocol === 'both' ? 2 : 1))
      }),
      { numRuns: 400, examples: [[{ ...last, fallback: undefined } as never]] },
    )
  })
})
