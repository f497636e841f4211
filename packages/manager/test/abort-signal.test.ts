import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { getEventListeners } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import type { RuntimeReservation } from '../src/index.js'
import { failureOf } from './failure-of.js'
import { greeter, readFrom } from './real-request.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

vi.mock('node:dns/promises', () => ({ lookup: vi.fn() }))

const listenersOf = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

describe('acquire with a signal', () => {
  const machine = new SimulatedMachine()
  const request = { protocol: 'tcp', count: 20 } as const

  it('makes no call if it is aborted already', async () => {
    const signal = AbortSignal.abort(new Error('too late'))
    const failure = await failureOf(machine.manager.acquire({ ...request, signal }))
    expect(failure).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', message: 'The operation was aborted' })
    expect(failure.cause).toBe(signal.reason)
    expect(machine.calls).toEqual([])
  })

  it('cancels a pending ACQUIRE, and nothing stays reserved', async () => {
    const held = machine.kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
    const controller = new AbortController()
    const acquiring = machine.manager.acquire({ ...request, signal: controller.signal })
    await held.pending
    controller.abort()
    const failure = await failureOf(acquiring)
    expect(failure).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' })
    expect(failure.cause).toBe(controller.signal.reason)
    machine.kernel.assertNothingHeld()
    held.complete()
    await failureOf(acquiring)
    machine.kernel.assertNothingHeld()
  })

  it('rejects after the timeout of its signal', async () => {
    machine.kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
    const failure = await failureOf(machine.manager.acquire({ ...request, signal: AbortSignal.timeout(10) }))
    expect(failure).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: { name: 'TimeoutError' } })
    machine.kernel.assertNothingHeld()
  })

  it('returns the block or releases it, at whatever moment the signal aborts', async () => {
    const seen = new Set<string>()
    for (let moment = 0; moment < 16; moment++) {
      const held = machine.kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
      const controller = new AbortController()
      const acquiring = machine.manager.acquire({ ...request, signal: controller.signal })
      await held.pending
      held.complete()
      for (let i = 0; i < moment; i++) await null
      const granted = machine.kernel.inspect().reservations.length === 1
      controller.abort()
      const [outcome] = await Promise.allSettled([acquiring])
      if (outcome.status === 'fulfilled') {
        seen.add('had')
        expect(machine.manager.held).toEqual([outcome.value])
        expect(machine.kernel.inspect().reservations).toMatchObject([{ token: outcome.value.token }])
        await outcome.value.release()
      } else {
        seen.add(granted ? 'granted, and given back' : 'not granted')
        expect(outcome.reason).toMatchObject({ code: 'ABORT_ERR', cause: controller.signal.reason })
        expect(machine.manager.held).toEqual([])
      }
      machine.kernel.assertNothingHeld()
    }
    expect(seen).toEqual(new Set(['not granted', 'granted, and given back', 'had']))
  })

  it('does not release the block when its signal aborts later', async () => {
    const controller = new AbortController()
    const block = await machine.manager.acquire({ ...request, signal: controller.signal })
    controller.abort()
    expect(block.released).toBe(false)
    expect(machine.kernel.inspect().reservations).toHaveLength(1)
  })

  it('shares its signal with 29 other calls without a warning about listeners', async () => {
    const warnings: Error[] = []
    const warned = (warning: Error) => warnings.push(warning)
    process.on('warning', warned)
    const { signal } = new AbortController()
    const holds = Array.from({ length: 30 }, () => machine.kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION'))
    const calls = holds.map(() => machine.manager.acquire({ protocol: 'tcp', count: 1, signal }))
    await Promise.all(holds.map(({ pending }) => pending))
    for (const hold of holds) hold.complete()
    await Promise.all(calls)
    await new Promise(setImmediate)
    process.off('warning', warned)
    expect(warnings).toEqual([])
    await machine.manager.close()
  })

  it('leaves no listener on the signal, whether it succeeds, fails or is aborted', async () => {
    const { faults } = machine.kernel
    const controller = new AbortController()
    const { signal } = controller
    await machine.manager.acquire({ ...request, signal })
    expect(listenersOf(signal)).toBe(0)
    faults.fail('SIO_ACQUIRE_PORT_RESERVATION', 'WSAENOBUFS')
    await failureOf(machine.manager.acquire({ ...request, signal }))
    expect(listenersOf(signal)).toBe(0)
    const [first, second] = [faults.hold('SIO_ACQUIRE_PORT_RESERVATION'), faults.hold('SIO_ACQUIRE_PORT_RESERVATION')]
    const pending = [machine.manager.acquire({ ...request, signal }), machine.manager.acquire({ ...request, signal })]
    await Promise.all([first.pending, second.pending])
    expect(listenersOf(signal)).toBe(2)
    first.complete()
    await pending[0]
    expect(listenersOf(signal)).toBe(1)
    controller.abort()
    await Promise.allSettled(pending)
    expect(listenersOf(signal)).toBe(0)
  })

  it('leaves nothing on a signal that many calls share', async () => {
    const args = ['--expose-gc', fileURLToPath(new URL('./signal-memory.js', import.meta.url)), '20000']
    const { stdout } = await promisify(execFile)(process.execPath, args)
    const { listeners, growth } = JSON.parse(stdout)
    expect(listeners).toBe(0)
    expect(growth).toBeLessThan(1_000_000) // 50 bytes for each call
  })

  it('reports the abort rather than a failure at the same time', async () => {
    const held = machine.kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
    const controller = new AbortController()
    const acquiring = failureOf(machine.manager.acquire({ ...request, signal: controller.signal }))
    await held.pending
    held.fail('WSAEADDRINUSE')
    controller.abort()
    expect((await acquiring).code).toBe('ABORT_ERR')
  })
})

describe('a use of a block with a signal', () => {
  const machine = new SimulatedMachine(realPorts)
  const host = '127.0.0.1'
  type Use = (block: RuntimeReservation, signal: AbortSignal, at?: string) => Promise<unknown>

  describe.each<{ name: string; protocol: 'tcp' | 'udp'; use: Use }>([
    {
      name: 'listen',
      protocol: 'tcp',
      use: (block, signal, at = host) => block.listen(machine.owns(greeter()), { host: at, signal }),
    },
    {
      name: 'bind',
      protocol: 'udp',
      use: (block, signal, at = host) => block.bind(machine.owns(createSocket('udp4')), { host: at, signal }),
    },
    {
      name: 'connect',
      protocol: 'tcp',
      use: (block, signal, at = host) => block.connect({ host: at, port: 9, signal }),
    },
  ])('$name', ({ protocol, use }) => {
    it('makes no call if it is aborted already', async () => {
      const block = await machine.manager.acquire({ protocol, count: 2 })
      const before = machine.calls.length
      const signal = AbortSignal.abort()
      expect(await failureOf(use(block, signal))).toMatchObject({ code: 'ABORT_ERR', cause: signal.reason })
      expect(machine.calls).toHaveLength(before)
    })

    it('cancels a pending ASSOCIATE', async () => {
      const block = await machine.manager.acquire({ protocol, count: 2 })
      const held = machine.kernel.faults.hold('SIO_ASSOCIATE_PORT_RESERVATION')
      const controller = new AbortController()
      const { signal } = controller
      const using = use(block, signal)
      await held.pending
      expect(listenersOf(signal)).toBe(1)
      controller.abort('enough')
      const failure = await failureOf(using)
      expect(failure).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: 'enough' })
      expect(listenersOf(signal)).toBe(0)
      expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
    })

    it('rejects at once while the resolver is slow', async () => {
      vi.mocked(lookup).mockReturnValueOnce(new Promise(() => {}))
      const block = await machine.manager.acquire({ protocol, count: 2 })
      const before = machine.calls.length
      const controller = new AbortController()
      const { signal } = controller
      const using = failureOf(use(block, signal, 'slow.example'))
      await new Promise(setImmediate)
      controller.abort('enough')
      expect(await using).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: 'enough' })
      expect(listenersOf(signal)).toBe(0)
      expect(machine.calls).toHaveLength(before)
    })

    it('leaves no listener on the signal after a failure', async () => {
      vi.mocked(lookup).mockResolvedValueOnce([{ address: host, family: 4 }] as never)
      const block = await machine.manager.acquire({ protocol, count: 2 })
      machine.kernel.faults.fail('bind', 'WSAENETDOWN')
      const { signal } = new AbortController()
      expect((await failureOf(use(block, signal, 'quick.example'))).code).toBe('WSAENETDOWN')
      expect(listenersOf(signal)).toBe(0)
    })
  })

  it('does not close a listening server when its signal aborts later', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    const controller = new AbortController()
    const server = machine.owns(greeter('undisturbed'))
    const { port } = await block.listen(server, { host, signal: controller.signal })
    expect(listenersOf(controller.signal)).toBe(0)
    controller.abort()
    expect(await readFrom(port)).toBe('undisturbed')
  })

  it('leaves a listening server, or an AbortError and nothing open, at whatever moment the signal aborts', async () => {
    const seen = new Set<boolean>()
    for (let moment = 0; moment < 24; moment++) {
      const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
      const server = greeter()
      const controller = new AbortController()
      const association = machine.kernel.faults.hold('SIO_ASSOCIATE_PORT_RESERVATION')
      const listening = block.listen(server, { host, signal: controller.signal })
      await association.pending
      association.complete()
      for (let i = 0; i < moment; i++) await null
      controller.abort()
      const [outcome] = await Promise.allSettled([listening])
      seen.add(server.listening)
      expect(outcome.status).toBe(server.listening ? 'fulfilled' : 'rejected')
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'ABORT_ERR' })
      else await new Promise((resolve) => server.close(resolve))
      await block.release()
      machine.kernel.assertNothingHeld()
    }
    expect(seen).toEqual(new Set([true, false]))
  })
})
