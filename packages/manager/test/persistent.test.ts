import { createSocket } from 'node:dgram'
import type { PortRange } from '@winport/transport'
import { describe, expect, it } from 'vitest'
import type { PersistentReservation } from '../src/index.js'
import { failureOf } from './failure-of.js'
import { greeter, read, readFrom } from './real-request.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

const range = { protocol: 'tcp', startPort: 5000, count: 20 } as const

describe('a persistent reservation', () => {
  const machine = new SimulatedMachine({ elevated: true })
  const persistent = () => machine.manager.persistent

  it('is created with exactly the given range', async () => {
    const block = await persistent().create(range)
    expect(block).toMatchObject({ ...range, endPort: 5019 })
    expect(machine.kernel.inspect().reservations).toMatchObject([
      { kind: 'persistent', ...range, token: block.token, pid: undefined },
    ])
  })

  it('is not held by the manager, and needs no socket', async () => {
    await persistent().create(range)
    expect(machine.manager.held).toEqual([])
    expect(machine.kernel.inspect().sockets).toEqual([])
  })

  it('iterates and converts to JSON like every block', async () => {
    const block = await persistent().create({ protocol: 'udp', startPort: 5000, count: 2 })
    expect([...block]).toEqual([5000, 5001])
    expect(JSON.parse(JSON.stringify(block))).toEqual({
      protocol: 'udp',
      startPort: 5000,
      endPort: 5001,
      count: 2,
      token: String(block.token),
      tokenScope: block.tokenScope,
    })
  })

  it('is found by every process, with or without elevation', async () => {
    const { token } = await persistent().create(range)
    for (const elevated of [true, false]) {
      const found = await machine.openManager({ elevated }).persistent.lookup(range)
      expect(found).toMatchObject({ ...range, token })
    }
  })

  it.each<[string, PortRange]>([
    ['a part', { ...range, count: 19 }],
    ['another start', { ...range, startPort: 5001, count: 19 }],
    ['more', { ...range, count: 21 }],
    ['the other protocol', { ...range, protocol: 'udp' }],
  ])('is neither found nor deleted by %s of its range', async (_name, other) => {
    await persistent().create(range)
    expect((await failureOf(persistent().lookup(other))).code).toBe('ERR_RESERVATION_NOT_FOUND')
    expect((await failureOf(persistent().delete(other))).code).toBe('ERR_RESERVATION_NOT_FOUND')
    expect(machine.kernel.inspect().reservations).toHaveLength(1)
  })

  it('is not found after it is deleted, and can be created again', async () => {
    await persistent().create(range)
    await persistent().delete(range)
    expect(machine.kernel.inspect().reservations).toEqual([])
    expect((await failureOf(persistent().lookup(range))).code).toBe('ERR_RESERVATION_NOT_FOUND')
    expect((await failureOf(persistent().delete(range))).code).toBe('ERR_RESERVATION_NOT_FOUND')
    expect((await persistent().create(range)).count).toBe(20)
  })

  it.each<[string, PortRange]>([
    ['the same range', range],
    ['a part of it', { ...range, startPort: 5010, count: 1 }],
    ['more', { ...range, startPort: 4999, count: 30 }],
  ])('prevents other reservations of %s, persistent and runtime', async (_name, other) => {
    await persistent().create(range)
    expect((await failureOf(persistent().create(other))).code).toBe('ERR_PORT_RANGE_IN_USE')
    expect((await failureOf(machine.manager.acquire(other))).code).toBe('ERR_PORT_RANGE_IN_USE')
  })

  it('is not created over a block that is held', async () => {
    await machine.manager.acquire(range)
    const failure = await failureOf(persistent().create(range))
    expect(failure).toMatchObject({ code: 'ERR_PORT_RANGE_IN_USE', errno: 32 })
  })

  it('is not affected if the caller changes the range during the call', async () => {
    const held = machine.kernel.faults.hold('CreatePersistentPortReservation')
    const asked: { protocol: 'tcp' | 'udp'; startPort: number; count: number } = { ...range }
    const creating = persistent().create(asked)
    await held.pending
    Object.assign(asked, { startPort: 6000, count: 1 })
    held.complete()
    expect(await creating).toMatchObject(range)
    expect(machine.kernel.inspect().reservations).toMatchObject([range])
  })

  it('keeps its ports over a restart, and gets a new token', async () => {
    const before = await persistent().create(range)
    machine.kernel.reboot()
    const failure = await failureOf(before.listen(greeter()))
    expect(failure.code).toBe('ERR_RESERVATION_NOT_FOUND')
    expect(failure.message).toBe(
      'The reservation of TCP ports 5000-5019 is gone: the system no longer knows its token. ' +
        'Tokens change at a restart: look it up again.',
    )
    const after = await persistent().lookup(range)
    expect(after.token).not.toBe(before.token)
    expect(after).toMatchObject(range)
  })

  it('cannot be used after it is deleted', async () => {
    const block = await persistent().create(range)
    await persistent().delete(range)
    expect((await failureOf(block.listen(greeter()))).code).toBe('ERR_RESERVATION_NOT_FOUND')
  })
})

describe('without elevation', () => {
  const machine = new SimulatedMachine({ elevated: false })
  const administrator = () => machine.openManager({ elevated: true })
  const message =
    'The persistent reservation of TCP ports 5000-5019 needs an elevated process: run it as administrator.'

  it('persistent.create is refused', async () => {
    const failure = await failureOf(machine.manager.persistent.create(range))
    expect(failure).toMatchObject({
      code: 'ERR_ELEVATION_REQUIRED',
      errno: 5,
      syscall: 'CreatePersistentTcpPortReservation',
      message,
    })
    expect(machine.kernel.inspect().reservations).toEqual([])
  })

  it('persistent.delete is refused', async () => {
    await administrator().persistent.create(range)
    const failure = await failureOf(machine.manager.persistent.delete(range))
    expect(failure).toMatchObject({ code: 'ERR_ELEVATION_REQUIRED', errno: 5, message })
    expect(machine.kernel.inspect().reservations).toHaveLength(1)
  })

  it.each<[string, 'tcp' | 'udp', (block: PersistentReservation) => Promise<unknown>]>([
    ['listen', 'tcp', (block) => block.listen(greeter())],
    ['bind', 'udp', (block) => block.bind(machine.owns(createSocket('udp4')))],
    ['connect', 'tcp', (block) => block.connect({ host: '127.0.0.1', port: 9 })],
  ])('persistent.lookup succeeds, and %s is refused', async (_name, protocol, use) => {
    await administrator().persistent.create({ ...range, protocol })
    const block = await machine.manager.persistent.lookup({ ...range, protocol })
    const failure = await failureOf(use(block))
    expect(failure).toMatchObject({
      code: 'ERR_ELEVATION_REQUIRED',
      errno: 10013,
      syscall: 'WSAIoctl(SIO_ASSOCIATE_PORT_RESERVATION)',
    })
    expect(machine.kernel.inspect().sockets).toEqual([])
  })
})

describe('the ports of a persistent reservation', () => {
  const machine = new SimulatedMachine({ ...realPorts, elevated: true })
  const host = '127.0.0.1'

  /** Creates a persistent reservation of ports that are free on this machine. */
  async function create(protocol: 'tcp' | 'udp', count = 3): Promise<PersistentReservation> {
    const free = await machine.manager.acquire({ protocol, count })
    await free.release()
    return await machine.manager.persistent.create({ protocol, startPort: free.startPort, count })
  }

  it('serve real requests, and connections start from them', async () => {
    const block = await create('tcp')
    const { port } = await block.listen(machine.owns(greeter('lasting')), { host })
    expect(block.contains(port)).toBe(true)
    expect(await readFrom(port)).toBe('lasting')
    const socket = machine.owns(await block.connect({ host, port }))
    expect(block.contains(Number(socket.localPort))).toBe(true)
    expect(await read(socket)).toBe('lasting')
  })

  it('are bound by dgram sockets', async () => {
    const block = await create('udp')
    const socket = machine.owns(createSocket('udp4'))
    expect(block.contains((await block.bind(socket, { host })).port)).toBe(true)
  })

  it('are used by another process that looks the reservation up', async () => {
    const { protocol, startPort, count } = await create('tcp')
    const block = await machine.openManager({ elevated: true }).persistent.lookup({ protocol, startPort, count })
    const { port } = await block.listen(machine.owns(greeter('elsewhere')), { host, port: startPort + 1 })
    expect(port).toBe(startPort + 1)
    expect(await readFrom(port)).toBe('elsewhere')
  })

  it('run out like those of every block', async () => {
    const block = await create('tcp', 1)
    await block.listen(machine.owns(greeter()), { host })
    expect((await failureOf(block.listen(greeter(), { host }))).code).toBe('ERR_RESERVATION_EXHAUSTED')
  })

  it('can be used again after a restart and a lookup', async () => {
    const { protocol, startPort, count } = await create('tcp')
    machine.kernel.reboot()
    const block = await machine.manager.persistent.lookup({ protocol, startPort, count })
    const { port } = await block.listen(machine.owns(greeter('again')), { host })
    expect(await readFrom(port)).toBe('again')
  })
})
