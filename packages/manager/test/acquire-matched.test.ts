import { createSocket } from 'node:dgram'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, it } from 'vitest'
import { type AcquireMatchedOptions, checkAcquireMatchedOptions } from '../src/index.js'
import { failureOf } from './failure-of.js'
import { greeter, readFrom } from './real-request.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

describe('acquireMatched', () => {
  const machine = new SimulatedMachine({
    dynamicRange: { startPort: 50_000, count: 100 },
    exclusions: [
      { protocol: 'udp', startPort: 50_005, count: 1 },
      { protocol: 'udp', startPort: 50_025, count: 1 },
    ],
  })
  const reservations = () =>
    machine.kernel.inspect().reservations.map(({ protocol, startPort, count }) => [protocol, startPort, count])

  it('reserves one range for both protocols', async () => {
    const block = await machine.manager.acquireMatched({ count: 20, startPort: 4000 })
    expect(block).toMatchObject({ startPort: 4000, endPort: 4019, count: 20, released: false })
    expect(reservations()).toEqual([
      ['tcp', 4000, 20],
      ['udp', 4000, 20],
    ])
    expect(machine.manager.held).toEqual([block.tcp, block.udp])
  })

  it('keeps the ranges that UDP refuses until the search ends, and then releases them', async () => {
    const block = await machine.manager.acquireMatched({ count: 10 })
    expect(block.startPort).toBe(50_010)
    expect(machine.calls).toEqual(['openSocket tcp', 'openSocket udp', 'openSocket tcp'])
    expect(reservations()).toEqual([
      ['tcp', 50_010, 10],
      ['udp', 50_010, 10],
    ])
    expect(machine.kernel.inspect().sockets).toHaveLength(2)
  })

  it('rejects with each refusal when the kernel grants no further range, and leaves nothing', async () => {
    const failure = await failureOf(machine.manager.acquireMatched({ count: 75 }))
    expect(failure).toMatchObject({
      code: 'ERR_PORT_RANGE_IN_USE',
      errno: 10_055,
      message:
        'No 75 consecutive TCP and UDP ports can be reserved: at every start port at least one is bound, reserved or ' +
        'excluded. Ask for fewer, or release a block. WSAENOBUFS can also mean that the system is out of memory.',
    })
    const { errors } = failure.cause as AggregateError
    expect(errors.map(({ message }) => message.slice(0, 26))).toEqual([
      'UDP ports 50000-50074 cann',
      'No 75 consecutive TCP port',
      'No 75 consecutive UDP port',
    ])
    machine.kernel.assertNothingHeld()
  })

  it('finds a port above a wide band that is free for TCP alone', async () => {
    const dynamicRange = { startPort: 49_152, count: 16_384 }
    machine.replace({ dynamicRange, exclusions: [{ protocol: 'udp', startPort: 49_152, count: 256 }] })
    expect((await machine.manager.acquireMatched({ count: 1 })).startPort).toBe(49_408)
  })

  it('finds a place that the ranges hide which it keeps', async () => {
    const exclusions = [0, 4, 8].flatMap((offset) => [
      { protocol: 'udp' as const, startPort: 50_000 + offset, count: 1 },
      { protocol: 'tcp' as const, startPort: 50_003 + offset, count: 1 },
    ])
    machine.replace({ dynamicRange: { startPort: 50_000, count: 11 }, exclusions })
    expect((await machine.manager.acquireMatched({ count: 2 })).startPort).toBe(50_001)
  })

  it('tries every start port itself where the kernel offers other ranges', async () => {
    // TCP has the even ports, and UDP has the odd ones, up to a place that both have.
    const exclusions = Array.from({ length: 1200 }, (_, i) => ({
      ...{ protocol: i % 2 === 0 ? ('udp' as const) : ('tcp' as const), startPort: 50_000 + i, count: 1 },
    }))
    machine.replace({ dynamicRange: { startPort: 50_000, count: 2000 }, exclusions })
    const most = mostHeld()
    const { startPort } = await machine.manager.acquireMatched({ count: 1 })
    expect(startPort).toBe(51_200)
    expect(most()).toBeLessThanOrEqual(257)
    expect(machine.kernel.inspect().sockets).toHaveLength(2)
  })

  it('keeps only a share of the ports at once', async () => {
    const dynamicRange = { startPort: 20_000, count: 45_536 }
    machine.replace({ dynamicRange, exclusions: [{ protocol: 'udp', ...dynamicRange }] })
    const most = mostHeld()
    await failureOf(machine.manager.acquireMatched({ count: 1000 }))
    expect(most()).toBe(5000)
    machine.kernel.assertNothingHeld()
  })

  /** @returns the most ports that were reserved at a time since */
  function mostHeld(): () => number {
    let most = 0
    const note = () => {
      const ports = machine.kernel.inspect().reservations.reduce((sum, { count }) => sum + count, 0)
      most = Math.max(most, ports)
    }
    subscribe('winport:acquire', note)
    return () => {
      unsubscribe('winport:acquire', note)
      return most
    }
  }

  it('says how far it came if no port is free for both', async () => {
    const dynamicRange = { startPort: 64_000, count: 1536 }
    const exclusions = Array.from({ length: 1536 }, (_, i) => ({
      ...{ protocol: i % 2 === 0 ? ('udp' as const) : ('tcp' as const), startPort: 64_000 + i, count: 1 },
    }))
    machine.replace({ dynamicRange, exclusions })
    const failure = await failureOf(machine.manager.acquireMatched({ count: 1 }))
    expect(failure).toMatchObject({
      code: 'ERR_PORT_RANGE_IN_USE',
      message:
        'No TCP and UDP port from 64000 to 65535 can be reserved: at every start port it is bound, reserved or excluded. ' +
        'Ask for fewer, or release a block.',
    })
    const cause = failure.cause as AggregateError
    expect(cause.errors).toHaveLength(100)
    expect(cause.message).toMatch(/^Each of \d{4} places was refused; the first 100 refusals are here$/)
    machine.kernel.assertNothingHeld()
  })

  it('rejects with the refusal itself if no port is free for TCP', async () => {
    const failure = await failureOf(machine.manager.acquireMatched({ count: 101 }))
    expect(failure).toMatchObject({
      code: 'ERR_PORT_RANGE_IN_USE',
      message: expect.stringMatching(/^No 101 consecutive TCP ports are free/),
    })
    machine.kernel.assertNothingHeld()
  })

  it('tries start ports in turn, and a range from its lowest start port', async () => {
    const preferred = await machine.manager.acquireMatched({ count: 10, startPort: [50_000, 50_020, 50_040] })
    expect(preferred.startPort).toBe(50_040)
    const within = await machine.manager.acquireMatched({ count: 10, within: [50_000, 50_030] })
    expect(within.startPort).toBe(50_006)
    const last = await machine.manager.acquireMatched({ count: 10, startPort: [50_000, 0] })
    expect(last.startPort).toBe(50_026)
    expect(machine.kernel.inspect().sockets).toHaveLength(6)
  })

  it('reports the refusal of each start port', async () => {
    const failure = await failureOf(machine.manager.acquireMatched({ count: 10, startPort: [50_000, 50_020] }))
    expect(failure.message).toMatch(/^10 TCP and UDP ports cannot be reserved at any of 50000, 50020: /)
    expect((failure.cause as AggregateError).errors).toHaveLength(2)
    machine.kernel.assertNothingHeld()
  })

  it('rejects with the refusal itself if there is one start port', async () => {
    const failure = await failureOf(machine.manager.acquireMatched({ count: 10, startPort: 50_000 }))
    expect(failure).toMatchObject({
      code: 'ERR_PORT_RANGE_IN_USE',
      message: expect.stringMatching(/^UDP ports 50000-50009/),
    })
    machine.kernel.assertNothingHeld()
  })

  it.each([
    ['SIO_ACQUIRE_PORT_RESERVATION', 1],
    ['SIO_ACQUIRE_PORT_RESERVATION', 2],
    ['SIO_ACQUIRE_PORT_RESERVATION', 4],
    ['WSASocketW', 2],
    ['WSASocketW', 3],
  ] as const)('leaves nothing open when %s fails for another reason, call %i', async (call, nth) => {
    machine.kernel.faults.fail(call, 'WSAENETDOWN', { nth })
    expect((await failureOf(machine.manager.acquireMatched({ count: 10 }))).code).toBe('WSAENETDOWN')
    machine.kernel.assertNothingHeld()
    expect(machine.manager.held).toEqual([])
  })

  it.each([1, 2, 3, 4])('releases everything when it is aborted during call %i', async (nth) => {
    const hold = machine.kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION', { nth })
    const controller = new AbortController()
    const acquiring = failureOf(machine.manager.acquireMatched({ count: 10, signal: controller.signal }))
    await hold.pending
    controller.abort('enough')
    expect(await acquiring).toMatchObject({ code: 'ABORT_ERR', cause: 'enough' })
    machine.kernel.assertNothingHeld()
  })

  it.each<[string, unknown, string]>([
    ['no options', undefined, 'ERR_INVALID_ARG_TYPE'],
    ['no count', {}, 'ERR_INVALID_ARG_TYPE'],
    ['count 0', { count: 0 }, 'ERR_OUT_OF_RANGE'],
    ['a start port too high', { count: 2, startPort: 65_535 }, 'ERR_OUT_OF_RANGE'],
    ['a signal that is none', { count: 2, signal: {} }, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses invalid options before any system call: %s', async (_name, options, code) => {
    const failure = await failureOf(machine.manager.acquireMatched(options as AcquireMatchedOptions))
    expect(failure.code).toBe(code)
    expect(() => checkAcquireMatchedOptions(options)).toThrow(failure.message)
    expect(machine.calls).toEqual([])
  })
})

describe('a matched reservation', () => {
  const machine = new SimulatedMachine(realPorts)
  const host = '127.0.0.1'

  it('serves both protocols on one port', async () => {
    const block = await machine.manager.acquireMatched({ count: 2 })
    const server = machine.owns(greeter('tcp'))
    const { port } = await block.listen(server, { host, port: block.endPort })
    const socket = machine.owns(createSocket('udp4'))
    expect((await block.bind(socket, { host, port })).port).toBe(port)
    expect(await readFrom(port)).toBe('tcp')
    const connection = machine.owns(await block.connect({ host, port }))
    expect(connection.localPort).toBe(block.startPort)
  })

  it('iterates, contains ports and converts to JSON like every block', async () => {
    const block = await machine.manager.acquireMatched({ count: 3 })
    const { startPort, endPort, tcp, udp } = block
    expect([...block]).toEqual([startPort, startPort + 1, endPort])
    expect([startPort - 1, startPort, endPort, endPort + 1].map((port) => block.contains(port))).toEqual([
      false,
      true,
      true,
      false,
    ])
    expect(JSON.parse(JSON.stringify(block))).toEqual({
      startPort,
      endPort,
      count: 3,
      tokens: { tcp: String(tcp.token), udp: String(udp.token) },
    })
  })

  it('releases both reservations, and release is idempotent', async () => {
    const block = await machine.manager.acquireMatched({ count: 3 })
    await block.release()
    await block.release()
    expect(block.released).toBe(true)
    machine.kernel.assertNothingHeld()
    await using again = await machine.manager.acquireMatched({ count: 3 })
    expect(again.released).toBe(false)
  })

  it('stops waiting for the release of both when its signal aborts', async () => {
    const block = await machine.manager.acquireMatched({ count: 3 })
    const signal = AbortSignal.abort('too late')
    expect(await failureOf(block.release({ signal }))).toMatchObject({ name: 'AbortError', cause: 'too late' })
    machine.kernel.assertNothingHeld()
  })

  it.each([5, { signal: {} }])('is not released with invalid options: %o', async (options) => {
    const block = await machine.manager.acquireMatched({ count: 3 })
    expect((await failureOf(block.release(options as never))).code).toBe('ERR_INVALID_ARG_TYPE')
    expect(block.released).toBe(false)
  })

  it('releases both reservations although the close of one anchor fails', async () => {
    const block = await machine.manager.acquireMatched({ count: 3 })
    machine.kernel.faults.fail('closesocket', 'WSAENETDOWN')
    expect((await failureOf(block.release())).code).toBe('WSAENETDOWN')
    machine.kernel.assertNothingHeld()
  })

  it('reports both anchors whose close fails', async () => {
    const block = await machine.manager.acquireMatched({ count: 3 })
    machine.kernel.faults.fail('closesocket', 'WSAENETDOWN')
    machine.kernel.faults.fail('closesocket', 'WSAENOBUFS', { nth: 2 })
    const failure = await failureOf(block.release())
    expect(failure).toBeInstanceOf(AggregateError)
    expect((failure as AggregateError).errors.map(({ code }) => code)).toEqual(['WSAENETDOWN', 'ENOBUFS'])
    expect(failure.code).toBe('WSAENETDOWN')
    machine.kernel.assertNothingHeld()
  })
})
