import { createSocket } from 'node:dgram'
import { describe, expect, it, vi } from 'vitest'
import { failureOf } from './failure-of.js'
import { itWithIPv6 } from './it-with-ipv6.js'
import { greeter, readFrom } from './real-request.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

const host = '127.0.0.1'

describe('the first use of a block', () => {
  const machine = new SimulatedMachine(realPorts)
  const acquire = () => machine.manager.acquire({ protocol: 'tcp', count: 2 })
  const anchors = () => machine.kernel.inspect().sockets.filter(({ state }) => state === 'open')

  it('opens one socket and leaves the anchor unbound where blocks are served at once', async () => {
    const block = await acquire()
    await block.listen(machine.owns(greeter()), { host })
    expect(machine.calls).toHaveLength(2)
    expect(anchors()).toMatchObject([{ port: undefined }])
  })

  it('learns that the anchor must be associated, once for all blocks', async () => {
    machine.replace({ world: { blockServed: 'anchor-associated' } })
    const [first, second] = [await acquire(), await acquire()]
    await first.listen(machine.owns(greeter()), { host })
    const before = machine.calls.length
    await second.listen(machine.owns(greeter()), { host })
    await first.listen(machine.owns(greeter()), { host })
    expect(machine.calls).toHaveLength(before + 2)
    expect(anchors()).toMatchObject([{ port: undefined }, { port: undefined }])
  })

  it('learns that the anchor must be bound, once for all blocks, and still gives out every port', async () => {
    machine.replace({ world: { blockServed: 'anchor-bound' } })
    const [first, second] = [await acquire(), await acquire()]
    for (const block of [first, second]) {
      const addresses = [await block.listen(machine.owns(greeter())), await block.listen(machine.owns(greeter()))]
      expect(addresses.map(({ port }) => port).sort()).toEqual([...block])
      expect((await failureOf(block.listen(greeter()))).code).toBe('ERR_RESERVATION_EXHAUSTED')
    }
    expect(anchors().every(({ port = 0 }) => first.contains(port) || second.contains(port))).toBe(true)
  })

  it('learns apart for TCP and UDP', async () => {
    machine.replace({ world: { blockServed: 'anchor-associated' } })
    await (await acquire()).listen(machine.owns(greeter()), { host })
    const udp = await machine.manager.acquire({ protocol: 'udp', count: 1 })
    const before = machine.calls.length
    await udp.bind(machine.owns(createSocket('udp4')), { host })
    expect(machine.calls.length).toBeGreaterThan(before + 1)
  })

  itWithIPv6('learns that IPv4 is served through IPv6 sockets, once for all blocks', async () => {
    machine.replace({ world: { tokenServes: 'anchor-family' } })
    const [first, second] = [await acquire(), await acquire()]
    await first.listen(machine.owns(greeter()), { host })
    const before = machine.calls.length
    const { port, address } = await second.listen(machine.owns(greeter('mapped')), { host })
    expect(machine.calls).toHaveLength(before + 1)
    expect(address).toBe('::ffff:127.0.0.1')
    expect(await readFrom(port)).toBe('mapped')
  })

  it('is tried again if the refusal was not due to the block', async () => {
    const block = await acquire()
    machine.kernel.faults.fail('bind', 'WSAEACCES')
    await block.listen(machine.owns(greeter()), { host })
    expect(anchors()).toMatchObject([{ port: undefined }])
  })

  it('rejects with ERR_RESERVATION_UNSUPPORTED if nothing helps, and asks for a report', async () => {
    const block = await acquire()
    for (let nth = 1; nth <= 20; nth++) machine.kernel.faults.fail('bind', 'WSAENOBUFS', { nth })
    const failure = await failureOf(block.listen(greeter(), { host }))
    expect(failure).toMatchObject({ code: 'ERR_RESERVATION_UNSUPPORTED', errno: 10_055, syscall: 'bind' })
    expect(failure.message).toMatch(
      /^Windows reserved TCP ports \d+-\d+, but gives none of them .* \(bind: WSAENOBUFS\), .*\. Please report this/,
    )
    expect(machine.kernel.inspect().sockets).toHaveLength(1)
    machine.kernel.faults.clear()
  })

  it('rejects with ERR_RESERVATION_UNSUPPORTED if Windows binds the socket outside the block', async () => {
    const block = await acquire()
    const open = machine.transport.openSocket.bind(machine.transport)
    vi.spyOn(machine.transport, 'openSocket').mockImplementation((spec) => {
      const socket = open(spec)
      vi.spyOn(socket, 'localAddress').mockReturnValue({ address: host, family: 'IPv4', port: 9 })
      return socket
    })
    const failure = await failureOf(block.listen(greeter(), { host }))
    expect(failure.code).toBe('ERR_RESERVATION_UNSUPPORTED')
    expect(failure.message).toMatch(/^Windows bound a socket .* to port 9, which is not in the block\. Please report/)
    expect(machine.kernel.inspect().sockets).toHaveLength(1)
  })

  it('ends with the block: a release while it learns rejects with ERR_RESERVATION_RELEASED', async () => {
    machine.replace({ world: { blockServed: 'anchor-bound' } })
    for (let moment = 1; moment <= 6; moment++) {
      const block = await acquire()
      const held = machine.kernel.faults.hold('SIO_ASSOCIATE_PORT_RESERVATION', { nth: moment })
      const listening = block.listen(machine.owns(greeter()), { host })
      const pending = await Promise.race([held.pending.then(() => true), listening])
      await block.release()
      if (pending === true) expect((await failureOf(listening)).code).toBe('ERR_RESERVATION_RELEASED')
      else await listening
      machine.kernel.faults.clear()
      await machine.closeServersAndSockets()
    }
  })
})
