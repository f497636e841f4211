import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { MockKernel } from '@winport/transport-mock'
import { describe, expect, it, vi } from 'vitest'
import { type AcquireOptions, checkAcquireOptions, ReservationManager } from '../src/index.js'
import { failureOf } from './failure-of.js'
import { SimulatedMachine } from './simulated-machine.js'

describe('acquire with several start ports', () => {
  const machine = new SimulatedMachine({ exclusions: [{ protocol: 'tcp', startPort: 5000, count: 1000 }] })
  const request = { protocol: 'tcp', count: 20 } as const

  function* everyHundred(from: number) {
    for (let port = from; port < 9000; port += 100) yield port
  }

  it.each<[string, Iterable<number>]>([
    ['an array', [5000, 5990, 6000, 8000]],
    ['a set', new Set([5000, 6000, 8000])],
    ['a generator', everyHundred(5000)],
  ])('takes the first start port that the kernel grants: %s', async (_name, startPort) => {
    const block = await machine.manager.acquire({ ...request, startPort })
    expect(block.startPort).toBe(6000)
    expect(machine.kernel.inspect().sockets).toHaveLength(1)
  })

  it('stops at the first start port that is granted', async () => {
    const refusals = vi.fn()
    subscribe('winport:failure', refusals)
    try {
      const block = await machine.manager.acquire({ ...request, startPort: [5000, 7000, 8000, 9000] })
      expect(block.startPort).toBe(7000)
    } finally {
      unsubscribe('winport:failure', refusals)
    }
    expect(refusals).toHaveBeenCalledTimes(1)
  })

  it('acquires on the socket whose last ACQUIRE was refused', async () => {
    const startPort = [5000, 5100, 5200, 7000]
    const block = await machine.manager.acquire({ ...request, startPort })
    expect(block.startPort).toBe(7000)
    expect(machine.calls).toEqual(['openSocket tcp'])
    await block.release()
    machine.kernel.assertNothingHeld()
  })

  it('opens another socket where the system takes no second ACQUIRE on one', async () => {
    machine.kernel.faults.fail('SIO_ACQUIRE_PORT_RESERVATION', 'WSAEINVAL', { nth: 2 })
    const block = await machine.manager.acquire({ ...request, startPort: [5000, 7000] })
    expect(block.startPort).toBe(7000)
    expect(machine.calls).toEqual(['openSocket tcp', 'openSocket tcp'])
    expect(machine.kernel.inspect().sockets).toHaveLength(1)
  })

  it('lets the kernel choose at start port 0', async () => {
    const block = await machine.manager.acquire({ ...request, startPort: [5000, 0] })
    expect(block.startPort).toBe(49_152)
  })

  it('rejects with each refusal if none is granted', async () => {
    const failure = await failureOf(machine.manager.acquire({ ...request, startPort: [5000, 5500] }))
    expect(failure).toMatchObject({
      code: 'ERR_PORT_RANGE_IN_USE',
      errno: 10_048,
      syscall: 'WSAIoctl(SIO_ACQUIRE_PORT_RESERVATION)',
      message:
        '20 TCP ports cannot be reserved at any of 5000, 5500: each time at least one is bound, reserved or excluded. ' +
        'Choose other start ports, or add 0 to let the system choose.',
    })
    const { errors } = failure.cause as AggregateError
    expect(errors.map(({ code, message }) => [code, message.slice(0, 35)])).toEqual([
      ['ERR_PORT_RANGE_IN_USE', 'TCP ports 5000-5019 cannot be reser'],
      ['ERR_PORT_RANGE_IN_USE', 'TCP ports 5500-5519 cannot be reser'],
    ])
    expect(machine.kernel.inspect().sockets).toEqual([])
  })

  it('rejects with the refusal itself if the list has one start port', async () => {
    const alone = await failureOf(machine.manager.acquire({ ...request, startPort: 5000 }))
    const listed = await failureOf(machine.manager.acquire({ ...request, startPort: [5000] }))
    expect(listed.message).toBe(alone.message)
    const within = await failureOf(machine.manager.acquire({ ...request, within: [5000, 5019] }))
    expect(within.message).toBe(
      'No 20 consecutive TCP ports from 5000 to 5019 can be reserved: at least one is bound, reserved or excluded. ' +
        'Choose another range.',
    )
  })

  it('does not suggest that Windows chooses if it was asked to', async () => {
    machine.replace({ exclusions: [{ protocol: 'tcp', startPort: 1, count: 65_535 }] })
    const { message } = await failureOf(machine.manager.acquire({ ...request, startPort: [5000, 0] }))
    expect(message).toBe(
      '20 TCP ports cannot be reserved at any of 5000, anywhere: each time at least one is bound, reserved or excluded. ' +
        'Ask for fewer, or release a block. WSAENOBUFS can also mean that the system is out of memory.',
    )
  })

  it('names at most eight start ports in its message', async () => {
    const startPort = Array.from({ length: 12 }, (_, i) => 5000 + i * 10)
    const { message } = await failureOf(machine.manager.acquire({ protocol: 'tcp', count: 1, startPort }))
    expect(message).toMatch(/^1 TCP port cannot be reserved at any of 5000, .*, 5070 and 4 more: each time it is bound/)
  })

  it('stops at a failure of another kind', async () => {
    machine.kernel.faults.fail('SIO_ACQUIRE_PORT_RESERVATION', 'WSAENETDOWN', { nth: 2 })
    const failure = await failureOf(machine.manager.acquire({ ...request, startPort: [5000, 7000, 8000] }))
    expect(failure.code).toBe('WSAENETDOWN')
    expect(machine.calls).toEqual(['openSocket tcp'])
    expect(machine.kernel.inspect().sockets).toEqual([])
  })

  it.each<[string, unknown, string, RegExp]>([
    ['no number at all', [], 'ERR_OUT_OF_RANGE', /at least one number/],
    ['something else among them', [5000, '6000'], 'ERR_INVALID_ARG_TYPE', /"startPort\[1\]"/],
    ['one too high', [65_535], 'ERR_OUT_OF_RANGE', /count.*<= 1 to end at port 65535 when it starts at 65535/],
    ['a string', '5000', 'ERR_INVALID_ARG_TYPE', /"startPort"/],
    ['an object that is not iterable', {}, 'ERR_INVALID_ARG_TYPE', /an iterable of numbers/],
  ])('refuses invalid options before any system call: %s', async (_name, startPort, code, message) => {
    const options = { ...request, startPort } as AcquireOptions
    const failure = await failureOf(machine.manager.acquire(options))
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(() => checkAcquireOptions(options)).toThrow(failure.message)
    expect(machine.calls).toEqual([])
  })

  it('refuses an endless generator, and closes it', async () => {
    let ended = false
    function* forever() {
      try {
        for (;;) yield 5000
      } finally {
        ended = true
      }
    }
    const failure = await failureOf(machine.manager.acquire({ ...request, startPort: forever() }))
    expect(failure).toMatchObject({ code: 'ERR_OUT_OF_RANGE', message: expect.stringMatching(/at most 65536 numbers/) })
    expect(ended).toBe(true)
    expect(machine.calls).toEqual([])
  })
})

describe('acquire within a range', () => {
  const machine = new SimulatedMachine({
    exclusions: [
      { protocol: 'tcp', startPort: 8010, count: 1 },
      { protocol: 'tcp', startPort: 8035, count: 1 },
    ],
  })

  it.each<[count: number, from: number, to: number, startPort: number]>([
    [10, 8000, 8100, 8000],
    [11, 8000, 8100, 8011],
    [25, 8000, 8100, 8036],
    [1, 8010, 8011, 8011],
    [64, 8036, 8099, 8036],
    [20, 1, 65_535, 1],
  ])('takes the lowest free range: %i ports from %i to %i', async (count, from, to, startPort) => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count, within: [from, to] })
    expect(block.startPort).toBe(startPort)
    expect(block.endPort).toBeLessThanOrEqual(to)
  })

  it('takes one block after another until no port is left', async () => {
    const next = () => machine.manager.acquire({ protocol: 'tcp', count: 4, within: [8000, 8013] })
    expect([(await next()).startPort, (await next()).startPort]).toEqual([8000, 8004])
    const failure = await failureOf(next())
    expect(failure).toMatchObject({
      code: 'ERR_PORT_RANGE_IN_USE',
      errno: 10_048,
      message:
        'No 4 consecutive TCP ports from 8000 to 8013 can be reserved: at every start port at least one is bound, ' +
        'reserved or excluded. Choose another range.',
    })
    // Only the first start port of each block of the manager is tried.
    expect((failure.cause as AggregateError).errors.map(({ message }) => message.slice(0, 19))).toEqual([
      'TCP ports 8000-8003',
      'TCP ports 8004-8007',
      'TCP ports 8008-8011',
      'TCP ports 8009-8012',
      'TCP ports 8010-8013',
    ])
    expect(machine.manager.held).toHaveLength(2)
    expect(machine.kernel.inspect().sockets).toHaveLength(2)
  })

  it('leaves the ports that it is not granted unreserved', async () => {
    const other = machine.openManager()
    const block = await other.acquire({ protocol: 'tcp', startPort: 8003, count: 1 })
    await machine.manager.acquire({ protocol: 'tcp', count: 5, within: [8000, 8100] })
    expect(machine.kernel.inspect().reservations).toMatchObject([
      { startPort: 8003, token: block.token },
      { startPort: 8004, count: 5 },
    ])
  })

  it.each<[string, Partial<AcquireOptions>, string, RegExp]>([
    ['no array', { within: 8000 as never }, 'ERR_INVALID_ARG_TYPE', /an array of two port numbers/],
    ['one number', { within: [8000] as never }, 'ERR_INVALID_ARG_TYPE', /an array of two port numbers/],
    ['port 0', { within: [0, 8000] }, 'ERR_OUT_OF_RANGE', /"within\[0\]".*>= 1/],
    ['the wrong way round', { within: [8000, 7999] }, 'ERR_OUT_OF_RANGE', /"within\[1\]".*>= 8000 and <= 65535/],
    ['too narrow', { within: [8000, 8003] }, 'ERR_OUT_OF_RANGE', /"count".*<= 4 to lie within 8000 to 8003/],
    ['a start port too', { within: [8000, 8100], startPort: 8000 }, 'ERR_OUT_OF_RANGE', /left out where startPort/],
  ])('refuses invalid options before any system call: %s', async (_name, options, code, message) => {
    const failure = await failureOf(machine.manager.acquire({ protocol: 'tcp', count: 5, ...options }))
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(machine.calls).toEqual([])
  })

  it('ends at its timeout although no call is ever pending', async () => {
    machine.replace({ exclusions: [{ protocol: 'udp', startPort: 1, count: 65_535 }] })
    const signal = AbortSignal.timeout(20)
    const failure = await failureOf(machine.manager.acquire({ protocol: 'udp', count: 1, within: [1, 65_535], signal }))
    expect(failure).toMatchObject({ code: 'ABORT_ERR', cause: signal.reason })
    expect(machine.calls.length).toBeLessThan(65_535) // the search ends before it has tried every port
    machine.kernel.assertNothingHeld()
  })

  it('goes on while a test fakes the timers', async () => {
    vi.useFakeTimers()
    try {
      machine.replace({ exclusions: [{ protocol: 'udp', startPort: 9000, count: 100 }] })
      const block = await machine.manager.acquire({ protocol: 'udp', count: 1, within: [9000, 9200] })
      expect(block.startPort).toBe(9100)
      await block.release()
    } finally {
      vi.useRealTimers()
    }
  })

  it('ends when its manager is closed', async () => {
    machine.replace({ exclusions: [{ protocol: 'udp', startPort: 1, count: 65_535 }] })
    const searching = failureOf(machine.manager.acquire({ protocol: 'udp', count: 1, within: [1, 65_535] }))
    await machine.manager.close()
    expect((await searching).code).toBe('ERR_RESERVATION_RELEASED')
  })
})

describe('concurrent searches of several managers', () => {
  it('never grant one port twice', async () => {
    const kernel = new MockKernel()
    const managers = Array.from({ length: 4 }, () => new ReservationManager({ transport: kernel.openTransport() }))
    const blocks = await Promise.all(
      managers.flatMap((manager) =>
        Array.from({ length: 5 }, () => manager.acquire({ protocol: 'udp', count: 3, within: [9000, 9059] })),
      ),
    )
    expect(new Set(blocks.flatMap((block) => [...block])).size).toBe(60)
    await Promise.all(managers.map((manager) => manager.close()))
    kernel.assertNothingHeld()
  })
})
