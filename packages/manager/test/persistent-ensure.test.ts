import { createSocket } from 'node:dgram'
import { describe, expect, it } from 'vitest'
import type { PersistentReservation } from '../src/index.js'
import { failureOf } from './failure-of.js'
import { greeter, read, readFrom } from './real-request.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

const range = { protocol: 'tcp', startPort: 5000, count: 20 } as const

describe('persistent.ensure', () => {
  const machine = new SimulatedMachine({ elevated: true })
  const persistent = () => machine.manager.persistent

  it('creates a reservation that does not exist', async () => {
    const block = await persistent().ensure(range)
    expect(machine.kernel.inspect().reservations).toMatchObject([{ kind: 'persistent', ...range, token: block.token }])
    expect(machine.calls).toEqual(['lookup tcp 5000 20', 'create tcp 5000 20'])
  })

  it('finds a reservation that exists, with and without elevation', async () => {
    const { token } = await persistent().create(range)
    expect(await persistent().ensure(range)).toMatchObject({ ...range, token })
    expect(await machine.openManager({ elevated: false }).persistent.ensure(range)).toMatchObject({ ...range, token })
    expect(machine.kernel.inspect().reservations).toHaveLength(1)
  })

  it('needs elevation to create', async () => {
    const failure = await failureOf(machine.openManager({ elevated: false }).persistent.ensure(range))
    expect(failure.code).toBe('ERR_ELEVATION_REQUIRED')
  })

  it('finds what another process creates at the same time', async () => {
    const hold = machine.kernel.faults.hold('CreatePersistentPortReservation')
    const ensuring = persistent().ensure(range)
    await hold.pending
    const { token } = await machine.openManager({ elevated: true }).persistent.create(range)
    hold.complete()
    expect((await ensuring).token).toBe(token)
  })

  it('does not accept an overlapping range', async () => {
    await persistent().create({ ...range, count: 19 })
    const failure = await failureOf(persistent().ensure(range))
    expect(failure).toMatchObject({
      code: 'ERR_PORT_RANGE_IN_USE',
      message: expect.stringMatching(/TCP ports 5000-5019/),
    })
  })

  it.each(['LookupPersistentPortReservation', 'CreatePersistentPortReservation'] as const)(
    'rejects with the failure of %s',
    async (call) => {
      machine.kernel.faults.fail(call, 'ERROR_NOT_ENOUGH_MEMORY')
      expect((await failureOf(persistent().ensure(range))).errno).toBe(8)
      expect(machine.kernel.inspect().reservations).toEqual([])
    },
  )

  it('rejects with the failure of the second lookup unless it is ERROR_NOT_FOUND', async () => {
    machine.kernel.faults.fail('CreatePersistentPortReservation', 'ERROR_SHARING_VIOLATION')
    machine.kernel.faults.fail('LookupPersistentPortReservation', 'ERROR_NOT_ENOUGH_MEMORY', { nth: 2 })
    expect((await failureOf(persistent().ensure(range))).errno).toBe(8)
  })
})

describe('persistent.open', () => {
  const machine = new SimulatedMachine({ ...realPorts, elevated: true })
  const host = '127.0.0.1'

  /** Creates a persistent reservation of ports that are free on this machine. */
  async function create(protocol: 'tcp' | 'udp'): Promise<PersistentReservation> {
    const free = await machine.manager.acquire({ protocol, count: 3 })
    await free.release()
    return await machine.manager.persistent.create({ protocol, startPort: free.startPort, count: 3 })
  }

  it('finds a reservation that exists, and no other', async () => {
    expect((await failureOf(machine.manager.persistent.open(range))).code).toBe('ERR_RESERVATION_NOT_FOUND')
    const created = await create('tcp')
    const block = await machine.manager.persistent.open(created)
    expect(block).toMatchObject({ startPort: created.startPort, count: 3, token: created.token })
  })

  it('serves connections and datagrams on the same ports after restarts of the machine', async () => {
    const [tcp, udp] = [await create('tcp'), await create('udp')]
    const block = await machine.manager.persistent.open(tcp)
    const datagrams = await machine.manager.persistent.open(udp)
    for (let restart = 0; restart < 3; restart++) {
      const before = block.token
      machine.kernel.reboot()
      const { port } = await block.listen(machine.owns(greeter('lasting')), { host })
      expect(await readFrom(port)).toBe('lasting')
      const connection = machine.owns(await block.connect({ host, port }))
      expect(block.contains(Number(connection.localPort))).toBe(true)
      expect(await read(connection)).toBe('lasting')
      const socket = machine.owns(createSocket('udp4'))
      expect(datagrams.contains((await datagrams.bind(socket, { host })).port)).toBe(true)
      expect(block.token).not.toBe(before)
      await machine.closeServersAndSockets()
    }
  })

  it('is not found after it is deleted, and works again after it is created again', async () => {
    const { protocol, startPort, count } = await create('tcp')
    const block = await machine.manager.persistent.open({ protocol, startPort, count })
    await machine.manager.persistent.delete({ protocol, startPort, count })
    const failure = await failureOf(block.listen(greeter(), { host }))
    expect(failure).toMatchObject({ code: 'ERR_RESERVATION_NOT_FOUND', syscall: 'LookupPersistentTcpPortReservation' })
    expect(machine.kernel.inspect().sockets).toEqual([])
    await machine.manager.persistent.create({ protocol, startPort, count })
    expect((await block.listen(machine.owns(greeter()), { host })).port).toBe(startPort)
  })

  it('cannot be used without elevation', async () => {
    const created = await create('tcp')
    const block = await machine.openManager({ elevated: false }).persistent.open(created)
    expect((await failureOf(block.listen(greeter(), { host }))).code).toBe('ERR_ELEVATION_REQUIRED')
  })

  it('ends when its manager is closed', async () => {
    const other = machine.openManager({ elevated: true })
    const block = await other.persistent.open(await create('tcp'))
    const hold = machine.kernel.faults.hold('LookupPersistentPortReservation')
    const listening = failureOf(block.listen(greeter(), { host }))
    await hold.pending
    await other.close()
    expect((await listening).code).toBe('ERR_RESERVATION_RELEASED')
    expect((await failureOf(block.listen(greeter(), { host }))).code).toBe('ERR_RESERVATION_RELEASED')
  })

  it('stops looking up its token when the signal aborts', async () => {
    const block = await machine.manager.persistent.open(await create('tcp'))
    machine.kernel.faults.hold('LookupPersistentPortReservation')
    const signal = AbortSignal.timeout(5)
    const failure = await failureOf(block.listen(greeter(), { host, signal }))
    expect(failure).toMatchObject({ code: 'ABORT_ERR', cause: signal.reason })
    expect(machine.kernel.inspect().sockets).toEqual([])
  })
})

describe('a persistent call with a signal', () => {
  const machine = new SimulatedMachine({ elevated: true })
  const persistent = () => machine.manager.persistent
  const verbs = [
    ['create', 'Create'],
    ['lookup', 'Lookup'],
    ['delete', 'Delete'],
    ['ensure', 'Lookup'],
    ['open', 'Lookup'],
  ] as const

  it.each(verbs)('makes no system call if it is aborted already: %s', async (method) => {
    const signal = AbortSignal.abort('too late')
    expect(await failureOf(persistent()[method](range, { signal }))).toMatchObject({
      code: 'ABORT_ERR',
      cause: 'too late',
    })
    expect(machine.calls).toEqual([])
  })

  it.each(verbs)('rejects at once while the system is slow: %s', async (method, verb) => {
    if (method !== 'create' && method !== 'ensure') await persistent().create(range)
    const hold = machine.kernel.faults.hold(`${verb}PersistentPortReservation`)
    const controller = new AbortController()
    const calling = failureOf(persistent()[method](range, { signal: controller.signal }))
    await hold.pending
    controller.abort('enough')
    expect(await calling).toMatchObject({ code: 'ABORT_ERR', cause: 'enough' })
    hold.complete()
    await new Promise(setImmediate)
    const left = method === 'lookup' || method === 'open' ? 1 : 0 // a delete that has begun is carried out
    expect(machine.kernel.inspect().reservations).toHaveLength(left)
  })

  it.each(verbs)('refuses invalid signals and options: %s', async (method) => {
    expect((await failureOf(persistent()[method](range, { signal: {} as AbortSignal }))).code).toBe(
      'ERR_INVALID_ARG_TYPE',
    )
    expect((await failureOf(persistent()[method](range, 5 as never))).code).toBe('ERR_INVALID_ARG_TYPE')
    expect(machine.calls).toEqual([])
  })

  it('is not affected by a signal that aborts later', async () => {
    const controller = new AbortController()
    await persistent().create(range, { signal: controller.signal })
    controller.abort()
    expect(machine.kernel.inspect().reservations).toHaveLength(1)
  })
})
