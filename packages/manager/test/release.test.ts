import { createSocket } from 'node:dgram'
import { describe, expect, it, vi } from 'vitest'
import type { RuntimeReservation } from '../src/index.js'
import { failureOf } from './failure-of.js'
import { greeter, read, readFrom } from './real-request.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

const host = '127.0.0.1'

describe('release', () => {
  const machine = new SimulatedMachine()
  const request = { protocol: 'tcp', startPort: 5000, count: 20 } as const

  it('makes the ports available to all processes', async () => {
    const block = await machine.manager.acquire(request)
    await block.release()
    machine.kernel.assertNothingHeld()
    expect(await machine.openManager().acquire(request)).toMatchObject(request)
  })

  it('calls RELEASE, then closes the anchor', async () => {
    const block = await machine.manager.acquire(request)
    const asked = machine.kernel.faults.hold('SIO_RELEASE_PORT_RESERVATION')
    const released = block.release()
    await asked.pending
    await released
    machine.kernel.assertNothingHeld()
  })

  it('is idempotent, in sequence and concurrently', async () => {
    const block = await machine.manager.acquire(request)
    await Promise.all([block.release(), block.release()])
    await block.release()
    expect(machine.manager.held).toEqual([])
  })

  it('calls RELEASE once and closes the anchor once, however often it is called', async () => {
    const opened = vi.spyOn(machine.transport, 'openSocket')
    const block = await machine.manager.acquire(request)
    const anchor = opened.mock.results[0]
    if (anchor?.type !== 'return') throw new Error('no anchor was opened')
    const [startIoctl, close] = [vi.spyOn(anchor.value, 'startIoctl'), vi.spyOn(anchor.value, 'close')]
    await Promise.all([block.release(), block.release()])
    await block.release()
    await machine.manager.close()
    expect(startIoctl).toHaveBeenCalledTimes(1)
    expect(close).toHaveBeenCalledTimes(1)
  })

  it('does not affect the next block of the same range', async () => {
    const block = await machine.manager.acquire(request)
    await block.release()
    const next = await machine.manager.acquire(request)
    await block.release()
    expect(next.released).toBe(false)
    expect(machine.manager.held).toEqual([next])
    expect(machine.kernel.inspect().reservations).toHaveLength(1)
  })

  it('is called at the end of `await using`', async () => {
    let kept: RuntimeReservation
    {
      await using block = await machine.manager.acquire(request)
      kept = block
      expect(kept.released).toBe(false)
    }
    expect(kept.released).toBe(true)
    machine.kernel.assertNothingHeld()
  })

  it('is called at the end of `await using` even if the body throws, or has released the block itself', async () => {
    const body = async () => {
      await using block = await machine.manager.acquire(request)
      await block.release()
      throw new Error('of the body')
    }
    expect((await failureOf(body())).message).toBe('of the body')
    machine.kernel.assertNothingHeld()
  })

  it('succeeds if the kernel refuses RELEASE: the reservation ends with its anchor', async () => {
    const block = await machine.manager.acquire(request)
    machine.kernel.faults.fail('SIO_RELEASE_PORT_RESERVATION', 'WSAEINVAL')
    await block.release()
    machine.kernel.assertNothingHeld()
  })

  it('settles even if RELEASE stays pending for ever', async () => {
    const block = await machine.manager.acquire(request)
    machine.kernel.faults.hold('SIO_RELEASE_PORT_RESERVATION')
    await block.release()
    machine.kernel.assertNothingHeld()
  })

  it('rejects if closing the anchor fails, although the block is released', async () => {
    const block = await machine.manager.acquire(request)
    machine.kernel.faults.fail('closesocket', 'WSAENETDOWN')
    const failure = await failureOf(block.release())
    expect(failure).toMatchObject({ code: 'WSAENETDOWN', errno: 10050, syscall: 'closesocket' })
    expect(failure.cause).toMatchObject({ name: 'WinsockError', code: 'WSAENETDOWN' })
    expect(failure.message).toMatch(
      /^The reservation of TCP ports 5000-5019 has ended, but closing its socket failed\. /,
    )
    expect(block.released).toBe(true)
    expect(machine.manager.held).toEqual([])
    machine.kernel.assertNothingHeld()
  })

  it('rejects if closing fails while RELEASE is pending', async () => {
    const block = await machine.manager.acquire(request)
    machine.kernel.faults.hold('SIO_RELEASE_PORT_RESERVATION')
    machine.kernel.faults.fail('closesocket', 'WSAENETDOWN')
    expect((await failureOf(block.release())).code).toBe('WSAENETDOWN')
    machine.kernel.assertNothingHeld()
  })

  it('succeeds after a restart of the machine', async () => {
    const block = await machine.manager.acquire(request)
    machine.kernel.reboot()
    await block.release()
    expect(machine.manager.held).toEqual([])
  })
})

describe('a released block', () => {
  const machine = new SimulatedMachine()

  it.each<[string, 'tcp' | 'udp', (block: RuntimeReservation) => Promise<unknown>]>([
    ['listen', 'tcp', (block) => block.listen(greeter())],
    ['connect', 'tcp', (block) => block.connect({ port: 80 })],
    ['bind', 'udp', (block) => block.bind(machine.owns(createSocket('udp4')))],
  ])('refuses %s without a system call', async (_name, protocol, use) => {
    const block = await machine.manager.acquire({ protocol, startPort: 5000, count: 2 })
    await block.release()
    const before = machine.calls.length
    const failure = await failureOf(use(block))
    expect(failure.code).toBe('ERR_RESERVATION_RELEASED')
    expect(failure.message).toBe(
      `The reservation of ${protocol.toUpperCase()} ports 5000-5001 was released: acquire a new one.`,
    )
    expect(machine.calls).toHaveLength(before)
  })

  it('still has its range', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', startPort: 5000, count: 2 })
    await block.release()
    expect([...block]).toEqual([5000, 5001])
    expect(block.toJSON()).toMatchObject({ protocol: 'tcp', startPort: 5000, count: 2 })
  })

  it('is not found after a restart of the machine', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', startPort: 5000, count: 2 })
    machine.kernel.reboot()
    const failure = await failureOf(block.listen(greeter()))
    expect(failure.code).toBe('ERR_RESERVATION_NOT_FOUND')
    expect(failure.message).toBe(
      'The reservation of TCP ports 5000-5001 is gone: the system no longer knows its token. Acquire a new one.',
    )
  })
})

describe('a socket that was bound before a release', () => {
  const machine = new SimulatedMachine(realPorts)

  it('keeps serving, and returns its port only when it closes', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 3 })
    const { startPort, count } = block
    const server = machine.owns(greeter('still serving'))
    const { port } = await block.listen(server, { host })
    await block.release()
    expect(await readFrom(port)).toBe('still serving')
    const again = () => machine.manager.acquire({ protocol: 'tcp', startPort, count })
    expect((await failureOf(again())).code).toBe('ERR_PORT_RANGE_IN_USE')
    await machine.closeServersAndSockets()
    machine.kernel.assertNothingHeld()
    expect(await again()).toMatchObject({ startPort, count })
  })

  it('leaves the unbound ports available', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 3 })
    const { startPort, endPort } = block
    await block.listen(machine.owns(greeter()), { host, port: startPort })
    await block.release()
    const rest = await machine.manager.acquire({ protocol: 'tcp', startPort: startPort + 1, count: 2 })
    expect(rest.endPort).toBe(endPort)
  })

  it('keeps its connections', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 3 })
    const { port } = await block.listen(machine.owns(greeter('to the end')), { host })
    const socket = machine.owns(await block.connect({ host, port }))
    await block.release()
    expect(await read(socket)).toBe('to the end')
  })
})

describe('a release with a signal', () => {
  const machine = new SimulatedMachine()
  const request = { protocol: 'tcp', startPort: 5000, count: 20 } as const

  it('ends the reservation even if it is aborted already', async () => {
    const block = await machine.manager.acquire(request)
    const signal = AbortSignal.abort('too late')
    expect(await failureOf(block.release({ signal }))).toMatchObject({ code: 'ABORT_ERR', cause: 'too late' })
    expect(block.released).toBe(true)
    machine.kernel.assertNothingHeld()
    await block.release({ signal }) // it has ended: there is nothing to wait for
  })

  it('stops waiting when its signal aborts, and the block is released all the same', async () => {
    // A system that answers neither RELEASE nor the close of its socket.
    const opened = vi.spyOn(machine.transport, 'openSocket')
    const block = await machine.manager.acquire(request)
    const anchor = opened.mock.results[0]
    if (anchor?.type !== 'return') throw new Error('no anchor was opened')
    vi.spyOn(anchor.value, 'startIoctl').mockReturnValue(new Promise(() => {}))
    const signal = AbortSignal.timeout(5)
    expect(await failureOf(block.release({ signal }))).toMatchObject({ code: 'ABORT_ERR', cause: signal.reason })
    machine.kernel.assertNothingHeld()
  })

  it.each([5, { signal: {} }])('refuses %s, and releases nothing', async (options) => {
    const block = await machine.manager.acquire(request)
    expect((await failureOf(block.release(options as never))).code).toBe('ERR_INVALID_ARG_TYPE')
    expect(block.released).toBe(false)
  })
})
