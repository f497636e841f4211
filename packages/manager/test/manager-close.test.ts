import { createSocket } from 'node:dgram'
import { describe, expect, it, vi } from 'vitest'
import { ReservationManager } from '../src/index.js'
import { failureOf } from './failure-of.js'
import { greeter, readFrom } from './real-request.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

const closed = 'The reservation manager is closed and has released everything: open a new one.'

describe('close of a manager', () => {
  const machine = new SimulatedMachine({ elevated: true })

  it('releases every block, and leaves no process', async () => {
    const blocks = [
      await machine.manager.acquire({ protocol: 'tcp', count: 20 }),
      await machine.manager.acquire({ protocol: 'udp', count: 20 }),
    ]
    await machine.manager.close()
    expect(blocks.map(({ released }) => released)).toEqual([true, true])
    expect(machine.manager.held).toEqual([])
    machine.kernel.assertNothingHeld()
    expect(machine.kernel.inspect().processes).toEqual([])
  })

  it('closes the transport, once', async () => {
    const close = vi.spyOn(machine.transport, 'close')
    await Promise.all([machine.manager.close(), machine.manager.close()])
    await machine.manager.close()
    expect(close).toHaveBeenCalledTimes(1)
  })

  it('is called at the end of `await using`', async () => {
    {
      await using manager = new ReservationManager({ transport: machine.kernel.openTransport() })
      await manager.acquire({ protocol: 'tcp', count: 20 })
      expect(machine.kernel.inspect().processes).toHaveLength(2)
    }
    expect(machine.kernel.inspect().processes).toHaveLength(1)
    machine.kernel.assertNothingHeld()
  })

  it('ends the acquires that are pending', async () => {
    const holds = [1, 2].map(() => machine.kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION'))
    const acquiring = holds.map(() => failureOf(machine.manager.acquire({ protocol: 'tcp', count: 20 })))
    await Promise.all(holds.map(({ pending }) => pending))
    await machine.manager.close()
    for (const failure of await Promise.all(acquiring)) {
      expect(failure).toMatchObject({ code: 'ERR_RESERVATION_RELEASED', message: closed })
    }
  })

  it('ends the pending acquires before it waits for the close of the transport', async () => {
    const held = machine.kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
    const acquiring = failureOf(machine.manager.acquire({ protocol: 'tcp', count: 20 }))
    await held.pending
    const close = machine.transport.close.bind(machine.transport)
    vi.spyOn(machine.transport, 'close').mockImplementation(async () => {
      expect((await acquiring).code).toBe('ERR_RESERVATION_RELEASED')
      await close()
    })
    await machine.manager.close()
  })

  it('leaves no acquire with a held block, at whatever moment it is called', async () => {
    const seen = new Set<string>()
    for (let moment = 0; moment < 12; moment++) {
      machine.replace({})
      const held = machine.kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
      const acquiring = machine.manager.acquire({ protocol: 'tcp', count: 20 })
      await held.pending
      held.complete()
      for (let i = 0; i < moment; i++) await null
      await machine.manager.close()
      const [outcome] = await Promise.allSettled([acquiring])
      seen.add(outcome.status)
      if (outcome.status === 'fulfilled') expect(outcome.value.released).toBe(true)
      else expect(outcome.reason.code).toBe('ERR_RESERVATION_RELEASED')
      expect(machine.manager.held).toEqual([])
      machine.kernel.assertNothingHeld()
    }
    expect(seen).toEqual(new Set(['fulfilled', 'rejected']))
  })

  it.each(['create', 'lookup', 'delete'] as const)('ends a persistent.%s that is pending', async (call) => {
    const range = { protocol: 'tcp', startPort: 5000, count: 20 } as const
    const name = { create: 'Create', lookup: 'Lookup', delete: 'Delete' } as const
    const held = machine.kernel.faults.hold(`${name[call]}PersistentPortReservation`)
    const calling = failureOf(machine.manager.persistent[call](range))
    await held.pending
    await machine.manager.close()
    expect((await calling).code).toBe('ERR_RESERVATION_RELEASED')
    held.complete()
    expect(machine.kernel.inspect().reservations).toEqual([])
  })

  it('does not touch the blocks of other processes', async () => {
    const other = machine.openManager()
    const block = await other.acquire({ protocol: 'tcp', count: 20 })
    await machine.manager.close()
    expect(other.held).toEqual([block])
    expect(machine.kernel.inspect().reservations).toHaveLength(1)
  })

  it('does not delete persistent reservations', async () => {
    await machine.manager.persistent.create({ protocol: 'tcp', startPort: 5000, count: 20 })
    await machine.manager.close()
    expect(machine.kernel.inspect().reservations).toMatchObject([{ kind: 'persistent', startPort: 5000 }])
  })

  it('releases everything even if the close of an anchor fails, and rejects with that failure', async () => {
    const manager = new ReservationManager({ transport: machine.kernel.openTransport() })
    for (const startPort of [5000, 6000]) await manager.acquire({ protocol: 'tcp', startPort, count: 2 })
    machine.kernel.faults.fail('closesocket', 'WSAENOBUFS')
    const failure = await failureOf(manager.close())
    expect(failure).toBeInstanceOf(AggregateError)
    expect(failure).toMatchObject({ errors: [{ code: 'ENOBUFS', syscall: 'closesocket' }] })
    machine.kernel.assertNothingHeld()
    expect(machine.kernel.inspect().processes).toHaveLength(1) // the other manager's
  })

  it('resolves even if RELEASE stays pending for ever', async () => {
    await machine.manager.acquire({ protocol: 'tcp', count: 20 })
    machine.kernel.faults.hold('SIO_RELEASE_PORT_RESERVATION')
    await machine.manager.close()
    machine.kernel.assertNothingHeld()
  })
})

describe('a closed manager', () => {
  const machine = new SimulatedMachine({ elevated: true })
  const range = { protocol: 'tcp', startPort: 5000, count: 20 } as const

  it('acquires nothing more', async () => {
    await machine.manager.close()
    const failure = await failureOf(machine.manager.acquire({ protocol: 'tcp', count: 1 }))
    expect(failure).toMatchObject({ code: 'ERR_RESERVATION_RELEASED', message: closed })
    expect(machine.calls).toEqual(['close'])
  })

  it.each(['create', 'lookup', 'delete'] as const)('refuses persistent.%s', async (call) => {
    await machine.manager.close()
    const failure = await failureOf(machine.manager.persistent[call](range))
    expect(failure).toMatchObject({ code: 'ERR_RESERVATION_RELEASED', message: closed })
    expect(machine.calls).toEqual(['close'])
  })

  it('refuses every use of its blocks, of either kind', async () => {
    const tcp = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    const udp = await machine.manager.acquire({ protocol: 'udp', count: 2 })
    const persistent = await machine.manager.persistent.create(range)
    await machine.manager.close()
    const before = machine.calls.length
    const uses = [
      tcp.listen(greeter()),
      tcp.connect({ port: 80 }),
      udp.bind(machine.owns(createSocket('udp4'))),
      persistent.listen(greeter()),
      persistent.connect({ port: 80 }),
    ]
    for (const use of uses) expect((await failureOf(use)).code).toBe('ERR_RESERVATION_RELEASED')
    expect(machine.calls).toHaveLength(before)
  })

  it('accepts a release of its blocks', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    await machine.manager.close()
    await block.release()
    expect(machine.calls).toEqual(['openSocket tcp', 'close'])
  })
})

describe('a server whose manager is closed', () => {
  const machine = new SimulatedMachine(realPorts)

  it('keeps serving, and keeps its port', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    const { startPort, count } = block
    const server = machine.owns(greeter('living on'))
    const { port } = await block.listen(server, { host: '127.0.0.1' })
    await machine.manager.close()
    expect(await readFrom(port)).toBe('living on')
    const next = machine.openManager()
    const failure = await failureOf(next.acquire({ protocol: 'tcp', startPort, count }))
    expect(failure.code).toBe('ERR_PORT_RANGE_IN_USE')
  })
})
