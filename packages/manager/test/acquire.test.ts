import { describe, expect, it, vi } from 'vitest'
import type { RuntimeReservation } from '../src/index.js'
import { failureOf } from './failure-of.js'
import { SimulatedMachine } from './simulated-machine.js'

describe('acquire', () => {
  const machine = new SimulatedMachine()

  it('reserves consecutive ports of the dynamic range if no start port is given', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 20 })
    expect(block.count).toBe(20)
    expect(block.startPort).toBeGreaterThanOrEqual(49_152)
    expect(block.endPort).toBeLessThanOrEqual(65_535)
  })

  it('lets the kernel choose for start port 0 and undefined', async () => {
    const zero = await machine.manager.acquire({ protocol: 'tcp', count: 3, startPort: 0 })
    const left = await machine.manager.acquire({ protocol: 'tcp', count: 3, startPort: undefined, signal: undefined })
    expect(zero.startPort).toBeGreaterThanOrEqual(49_152)
    expect(left.startPort).toBeGreaterThanOrEqual(49_152)
  })

  it('acquires and releases over sockets without startIoctl, which is optional', async () => {
    const { transport } = machine
    const openSocket = transport.openSocket.bind(transport)
    vi.spyOn(transport, 'openSocket').mockImplementation((spec) => {
      return new Proxy(openSocket(spec), {
        get: (socket, name) => {
          const value: unknown = name === 'startIoctl' ? undefined : Reflect.get(socket, name)
          return typeof value === 'function' ? value.bind(socket) : value
        },
      })
    })
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2, startPort: 5000 })
    const { protocol, count, startPort } = block
    expect((await failureOf(machine.manager.acquire({ protocol, count, startPort }))).code).toBe(
      'ERR_PORT_RANGE_IN_USE',
    )
    await block.release()
    machine.kernel.assertNothingHeld()
  })

  it('acquires on an IPv6 socket, which serves both families in every world', async () => {
    await machine.manager.acquire({ protocol: 'tcp', count: 3 })
    expect(machine.kernel.inspect().sockets).toMatchObject([{ family: 'ipv6', protocol: 'tcp' }])
  })

  it('acquires on IPv4 sockets on a machine without IPv6, and tries IPv6 once', async () => {
    machine.kernel.faults.fail('WSASocketW', 'WSAEAFNOSUPPORT')
    await machine.manager.acquire({ protocol: 'tcp', count: 3 })
    await machine.manager.acquire({ protocol: 'udp', count: 3 })
    expect(machine.kernel.inspect().sockets.map(({ family }) => family)).toEqual(['ipv4', 'ipv4'])
    expect(machine.calls).toHaveLength(3)
  })

  it('rejects on a machine that has neither family', async () => {
    machine.kernel.faults.fail('WSASocketW', 'WSAEAFNOSUPPORT')
    machine.kernel.faults.fail('WSASocketW', 'WSAEAFNOSUPPORT', { nth: 2 })
    const failure = await failureOf(machine.manager.acquire({ protocol: 'tcp', count: 3 }))
    expect(failure).toMatchObject({ errno: 10_047, syscall: 'WSASocketW' })
    expect(machine.calls).toHaveLength(2)
  })

  it('reserves exactly the range of a given start port', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', startPort: 5000, count: 20 })
    expect([block.startPort, block.endPort]).toEqual([5000, 5019])
    expect(machine.kernel.inspect().reservations).toMatchObject([
      { kind: 'runtime', protocol: 'tcp', startPort: 5000, endPort: 5019, count: 20, token: block.token },
    ])
  })

  it.each([
    { startPort: 1, count: 1 },
    { startPort: 1, count: 65_535 },
    { startPort: 65_516, count: 20 },
  ])('reserves a range at the edge of the port space: $count from $startPort', async ({ startPort, count }) => {
    const block = await machine.manager.acquire({ protocol: 'tcp', startPort, count })
    expect(block).toMatchObject({ startPort, count })
  })

  it.each([
    { startPort: 5000, count: 20, overlap: 'the same range' },
    { startPort: 4990, count: 11, overlap: 'its first port' },
    { startPort: 5019, count: 1, overlap: 'its last port' },
    { startPort: 4000, count: 2000, overlap: 'all of it and more' },
  ])('rejects a range that overlaps a held block: $overlap', async ({ startPort, count }) => {
    await machine.manager.acquire({ protocol: 'tcp', startPort: 5000, count: 20 })
    const stranger = machine.openManager()
    for (const manager of [machine.manager, stranger]) {
      const failure = await failureOf(manager.acquire({ protocol: 'tcp', startPort, count }))
      expect(failure.code).toBe('ERR_PORT_RANGE_IN_USE')
    }
    expect(machine.kernel.inspect().reservations).toHaveLength(1)
    expect(machine.kernel.inspect().sockets).toHaveLength(1)
  })

  it('reserves the ports next to a held block', async () => {
    await machine.manager.acquire({ protocol: 'tcp', startPort: 5000, count: 20 })
    await machine.manager.acquire({ protocol: 'tcp', startPort: 4990, count: 10 })
    await machine.manager.acquire({ protocol: 'tcp', startPort: 5020, count: 1 })
    expect(machine.manager.held).toHaveLength(3)
  })

  it('reserves the same range for TCP and for UDP', async () => {
    await machine.manager.acquire({ protocol: 'tcp', startPort: 5000, count: 20 })
    const udp = await machine.manager.acquire({ protocol: 'udp', startPort: 5000, count: 20 })
    expect(udp.protocol).toBe('udp')
  })

  it('never gives two blocks one port in 64 concurrent calls', async () => {
    const counts = Array.from({ length: 200 }, (_, i) => 1 + ((i * 7) % 23))
    const stranger = machine.openManager()
    const blocks = await Promise.all(
      counts.map((count, i) => (i % 2 === 0 ? machine.manager : stranger).acquire({ protocol: 'tcp', count })),
    )
    expect(blocks.map(({ count }) => count)).toEqual(counts)
    const ports = blocks.flatMap((block) => [...block])
    expect(new Set(ports).size).toBe(ports.length)
    expect(new Set(blocks.map(({ token }) => token)).size).toBe(blocks.length)
  })

  it('returns to each of many concurrent calls its own answer', async () => {
    for (let round = 0; round < 3; round++) {
      const holds = Array.from({ length: 10 }, () => machine.kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION'))
      const acquiring = holds.map((_, i) => machine.manager.acquire({ protocol: 'tcp', count: i + 1 }))
      await Promise.all(holds.map(({ pending }) => pending))
      for (const hold of holds.toReversed()) hold.complete()
      const blocks = await Promise.all(acquiring)
      expect(blocks.map(({ count }) => count)).toEqual(holds.map((_, i) => i + 1))
      const ports = blocks.flatMap((block) => [...block])
      expect(new Set(ports).size).toBe(ports.length)
      for (const block of blocks) await block.release()
    }
  })

  it('grants a range to exactly one of the calls that ask for it', async () => {
    const asked = Array.from({ length: 20 }, () =>
      machine.manager.acquire({ protocol: 'tcp', startPort: 5000, count: 5 }),
    )
    const outcomes = await Promise.allSettled(asked)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []))
    expect(new Set(reasons)).toEqual(new Set(['ERR_PORT_RANGE_IN_USE']))
  })

  it('rejects when the dynamic range is full, and succeeds again after a release', async () => {
    machine.replace({ dynamicRange: { startPort: 50_000, count: 10 } })
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 8 })
    const failure = await failureOf(machine.manager.acquire({ protocol: 'tcp', count: 3 }))
    expect(failure.code).toBe('ERR_PORT_RANGE_IN_USE')
    await block.release()
    expect((await machine.manager.acquire({ protocol: 'tcp', count: 3 })).count).toBe(3)
  })

  it('rejects an administered exclusion', async () => {
    machine.kernel.addExclusion({ protocol: 'tcp', startPort: 50_000, count: 60 })
    const failure = await failureOf(machine.manager.acquire({ protocol: 'tcp', startPort: 50_059, count: 2 }))
    expect(failure.code).toBe('ERR_PORT_RANGE_IN_USE')
  })

  it('opens one socket for each block, the anchor, and does not bind it', async () => {
    await machine.manager.acquire({ protocol: 'udp', count: 20 })
    expect(machine.calls).toEqual(['openSocket udp'])
    expect(machine.kernel.inspect().sockets).toMatchObject([{ protocol: 'udp', state: 'open', port: undefined }])
  })
})

describe('manager.held', () => {
  const machine = new SimulatedMachine()

  it('lists the held blocks, oldest first, until they are released', async () => {
    const blocks: RuntimeReservation[] = []
    for (const count of [1, 2, 3]) blocks.push(await machine.manager.acquire({ protocol: 'tcp', count }))
    expect(machine.manager.held).toEqual(blocks)
    await blocks[1]?.release()
    expect(machine.manager.held).toEqual([blocks[0], blocks[2]])
  })

  it('returns a copy', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    ;(machine.manager.held as RuntimeReservation[]).length = 0
    expect(machine.manager.held).toEqual([block])
  })

  it('does not list an acquire that failed', async () => {
    await failureOf(machine.manager.acquire({ protocol: 'tcp', startPort: 65_535, count: 2 }))
    machine.kernel.faults.fail('SIO_ACQUIRE_PORT_RESERVATION', 'WSAENETDOWN')
    await failureOf(machine.manager.acquire({ protocol: 'tcp', count: 2 }))
    expect(machine.manager.held).toEqual([])
  })
})
