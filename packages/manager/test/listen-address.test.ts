import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, it, vi } from 'vitest'
import { failureOf } from './failure-of.js'
import { itWithIPv6 } from './it-with-ipv6.js'
import { greeter, readFrom } from './real-request.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

describe('the address at which listen makes a server listen', () => {
  const machine = new SimulatedMachine(realPorts)
  const acquire = (count = 4) => machine.manager.acquire({ protocol: 'tcp', count })

  it('has a free port of the block by default', async () => {
    const block = await acquire()
    const address = await block.listen(machine.owns(greeter()), { host: '127.0.0.1' })
    expect(address).toMatchObject({ address: '127.0.0.1', family: 'IPv4' })
    expect(block.contains(address.port)).toBe(true)
  })

  it('has a free port of the block for port 0, as in Node', async () => {
    const block = await acquire()
    const { port } = await block.listen(machine.owns(greeter()), { host: '127.0.0.1', port: 0 })
    expect(block.contains(port)).toBe(true)
  })

  it('has the given port', async () => {
    const block = await acquire()
    const { port } = await block.listen(machine.owns(greeter('third')), {
      host: '127.0.0.1',
      port: block.startPort + 2,
    })
    expect(port).toBe(block.startPort + 2)
    expect(await readFrom(port)).toBe('third')
  })

  it('is the address of a given host name', async () => {
    const block = await acquire()
    const { address, port } = await block.listen(machine.owns(greeter('by name')), { host: 'localhost' })
    expect(['127.0.0.1', '::1']).toContain(address)
    expect(await readFrom(port, address)).toBe('by name')
  })

  itWithIPv6('may be an IPv6 address', async () => {
    const block = await acquire()
    const { address, family, port } = await block.listen(machine.owns(greeter('six')), { host: '::1' })
    expect([address, family]).toEqual(['::1', 'IPv6'])
    expect(await readFrom(port, '::1')).toBe('six')
  })

  itWithIPv6('is every address of IPv6 and IPv4 by default', async () => {
    const block = await acquire()
    const { address, port } = await block.listen(machine.owns(greeter('everywhere')))
    expect(address).toBe('::')
    expect(await readFrom(port, '127.0.0.1')).toBe('everywhere')
    expect(await readFrom(port, '::1')).toBe('everywhere')
  })

  itWithIPv6('is every IPv6 address and no IPv4 one with ipv6Only, so that another server can have those', async () => {
    const block = await acquire()
    const { port } = await block.listen(machine.owns(greeter('six')), { host: '::', ipv6Only: true })
    await block.listen(machine.owns(greeter('four')), { host: '0.0.0.0', port })
    expect(await readFrom(port, '127.0.0.1')).toBe('four')
    expect(await readFrom(port, '::1')).toBe('six')
  })

  it('is not chosen by an ipv6Only that is not a boolean', async () => {
    const block = await acquire()
    const failure = await failureOf(block.listen(greeter(), { ipv6Only: 'yes' as never }))
    expect(failure).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringContaining('"ipv6Only" argument'),
    })
  })

  it.each(['WSASocketW', 'bind', 'listen'] as const)(
    'is every IPv4 address by default if %s says that there is no IPv6',
    async (call) => {
      const block = await acquire()
      machine.kernel.faults.fail(call, 'WSAEAFNOSUPPORT')
      const { address, port } = await block.listen(machine.owns(greeter('only four')))
      expect(address).toBe('0.0.0.0')
      expect(await readFrom(port)).toBe('only four')
    },
  )

  it('is not replaced by IPv4 after another failure', async () => {
    const block = await acquire()
    const before = machine.calls.length
    machine.kernel.faults.fail('WSASocketW', 'WSAEMFILE')
    expect((await failureOf(block.listen(greeter()))).code).toBe('EMFILE')
    expect(machine.calls).toHaveLength(before + 1)
  })

  it('is not replaced if the given IPv6 address is refused', async () => {
    const block = await acquire()
    machine.kernel.faults.fail('WSASocketW', 'WSAEAFNOSUPPORT')
    const server = greeter()
    const failure = await failureOf(block.listen(server, { host: '::1' }))
    expect(failure.code).toBe('EAFNOSUPPORT')
    expect(server.listening).toBe(false)
  })

  it("rejects with the resolver's error for an unknown host", async () => {
    const block = await acquire()
    const server = greeter()
    const failure = await failureOf(block.listen(server, { host: 'no-such-host.invalid' }))
    expect(failure.syscall).toBe('getaddrinfo')
    expect(failure.message).toContain('no-such-host.invalid')
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
  })

  it('rejects with EADDRNOTAVAIL for an address that this machine does not have', async () => {
    const block = await acquire()
    const failure = await failureOf(block.listen(greeter(), { host: '192.0.2.1' })) // RFC 5737: an address of no machine
    expect(failure.code).toBe('EADDRNOTAVAIL')
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
  })
})

describe('the backlog of listen', () => {
  const machine = new SimulatedMachine(realPorts)

  it.each([[undefined], [0], [7]])('is passed on: %s', async (backlog) => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    const opened = vi.spyOn(machine.transport, 'openSocket')
    const association = machine.kernel.faults.hold('SIO_ASSOCIATE_PORT_RESERVATION')
    const server = machine.owns(greeter())
    const listening = block.listen(server, { host: '127.0.0.1', backlog })
    await association.pending
    const socket = opened.mock.results[0]
    if (socket?.type !== 'return') throw new Error('no socket was opened')
    const listen = vi.spyOn(socket.value, 'listen')
    association.complete()
    await listening
    expect(listen).toHaveBeenCalledExactlyOnceWith(server, { backlog })
  })
})

describe('the events of a server', () => {
  const machine = new SimulatedMachine(realPorts)

  it("include 'listening' before listen resolves", async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    const server = machine.owns(createServer())
    const events: string[] = []
    server.once('listening', () => events.push('listening'))
    await block.listen(server, { host: '127.0.0.1' }).then(() => events.push('resolved'))
    expect(events).toEqual(['listening', 'resolved'])
  })

  it("let a listener of 'listening' close the server, which returns its port", async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    const server = greeter()
    const closed = once(server, 'close')
    server.once('listening', () => server.close())
    await block.listen(server, { host: '127.0.0.1' })
    await closed
    const { port } = await block.listen(machine.owns(greeter()), { host: '127.0.0.1' })
    expect(port).toBe(block.startPort)
  })

  it("include 'close', after which the block has the port back", async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    const server = greeter()
    await block.listen(server, { host: '127.0.0.1' })
    expect((await failureOf(block.listen(greeter()))).code).toBe('ERR_RESERVATION_EXHAUSTED')
    const closed = once(server, 'close')
    server.close()
    await closed
    const next = machine.owns(greeter('next'))
    const { port } = await block.listen(next, { host: '127.0.0.1' })
    expect(port).toBe(block.startPort)
    expect(await readFrom(port)).toBe('next')
  })
})
