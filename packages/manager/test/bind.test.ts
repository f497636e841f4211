import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { failureOf } from './failure-of.js'
import { itWithIPv6 } from './it-with-ipv6.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

describe('bind', () => {
  const machine = new SimulatedMachine(realPorts)
  const acquire = (count = 3) => machine.manager.acquire({ protocol: 'udp', count })
  const udp4 = () => machine.owns(createSocket('udp4'))
  const host = '127.0.0.1'

  /** Sends a datagram from a socket of its own, and returns what comes back. */
  async function echoThrough(echo: Socket, client: Socket, address: string, text: string): Promise<string> {
    echo.on('message', (message, from) => echo.send(message, from.port, from.address))
    const answer = once(client, 'message', { signal: AbortSignal.timeout(5000) })
    client.send(text, echo.address().port, address)
    const [message] = await answer
    return String(message)
  }

  it('makes a udp4 socket echo real datagrams from a port of the block', async () => {
    const block = await acquire()
    const socket = udp4()
    const address = await block.bind(socket, { host })
    expect(socket.address()).toEqual(address)
    expect(address).toMatchObject({ address: host, family: 'IPv4' })
    expect(block.contains(address.port)).toBe(true)
    expect(await echoThrough(socket, udp4(), host, 'hello')).toBe('hello')
  })

  itWithIPv6('makes a udp6 socket echo real datagrams from a port of the block', async () => {
    const block = await acquire()
    const socket = machine.owns(createSocket('udp6'))
    const address = await block.bind(socket, { host: '::1' })
    expect(address).toMatchObject({ address: '::1', family: 'IPv6' })
    expect(await echoThrough(socket, machine.owns(createSocket('udp6')), '::1', 'six')).toBe('six')
  })

  it('lets sockets of one block exchange datagrams', async () => {
    const block = await acquire()
    const [server, client] = [udp4(), udp4()]
    await block.bind(server, { host })
    const { port } = await block.bind(client, { host })
    const asked = once(server, 'message')
    expect(await echoThrough(server, client, host, 'neighbour')).toBe('neighbour')
    const [, from] = await asked
    expect(from.port).toBe(port)
  })

  it("binds to every address of the socket's family by default", async () => {
    const block = await acquire()
    const address = await block.bind(udp4())
    expect(address.address).toBe('0.0.0.0')
  })

  itWithIPv6('binds a udp6 socket to every address by default', async () => {
    const block = await acquire()
    const address = await block.bind(machine.owns(createSocket('udp6')))
    expect(address.address).toBe('::')
  })

  it("resolves a host name in the socket's family", async () => {
    const block = await acquire()
    expect((await block.bind(udp4(), { host: 'localhost' })).address).toBe(host)
  })

  it('binds to the given port', async () => {
    const block = await acquire()
    expect((await block.bind(udp4(), { host, port: block.endPort })).port).toBe(block.endPort)
  })

  it('rejects with EADDRINUSE if the given port is in use', async () => {
    const block = await acquire()
    await block.bind(udp4(), { host, port: block.startPort })
    const failure = await failureOf(block.bind(udp4(), { host, port: block.startPort }))
    expect(failure).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind', address: host, cause: { errno: 10048 } })
  })

  it('gives each port once, then rejects with ERR_RESERVATION_EXHAUSTED', async () => {
    const block = await acquire(5)
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => block.bind(udp4(), { host })))
    const ports = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.port] : []))
    expect(ports.toSorted((a, b) => a - b)).toEqual([...block])
    const codes = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []))
    expect(codes).toEqual(Array.from({ length: 3 }, () => 'ERR_RESERVATION_EXHAUSTED'))
  })

  it('returns the port to the block when the socket closes', async () => {
    const block = await acquire(1)
    const socket = createSocket('udp4')
    await block.bind(socket, { host })
    const closed = once(socket, 'close')
    socket.close()
    await closed
    expect((await block.bind(udp4(), { host })).port).toBe(block.startPort)
  })

  it("rejects a bound socket with Node's own error, and leaves it bound", async () => {
    const block = await acquire()
    const socket = udp4()
    const { port } = await block.bind(socket, { host })
    expect((await failureOf(block.bind(socket, { host }))).code).toBe('ERR_SOCKET_ALREADY_BOUND')
    expect(socket.address().port).toBe(port)
    expect(machine.kernel.inspect().sockets).toHaveLength(2) // the anchor and the first
  })

  it("rejects a closed socket with Node's own error", async () => {
    const block = await acquire()
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.close(resolve))
    expect((await failureOf(block.bind(socket, { host }))).code).toBe('ERR_SOCKET_DGRAM_NOT_RUNNING')
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
  })

  it('binds a socket once if it is called twice at the same time', async () => {
    const block = await acquire()
    const socket = udp4()
    const outcomes = await Promise.allSettled([block.bind(socket, { host }), block.bind(socket, { host })])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(machine.kernel.inspect().sockets).toHaveLength(2) // the anchor and the first
  })

  it('leaves the socket unbound after a failure, and a second call succeeds', async () => {
    const block = await acquire()
    const socket = udp4()
    machine.kernel.faults.fail('adopt', 'WSAENOBUFS')
    expect((await failureOf(block.bind(socket, { host }))).code).toBe('ENOBUFS')
    expect(block.contains((await block.bind(socket, { host })).port)).toBe(true)
  })

  it('shares a port between sockets that all ask for it, and refuses others', async () => {
    const block = await acquire(2)
    const [first, second, third] = [udp4(), udp4(), udp4()]
    const { port } = await block.bind(first, { host, reuseAddr: true })
    expect((await block.bind(second, { host, port, reuseAddr: true })).port).toBe(port)
    expect([first.address().port, second.address().port]).toEqual([port, port])
    expect((await failureOf(block.bind(third, { host, port }))).code).toBe('EADDRINUSE')
    expect((await block.bind(third, { host, reuseAddr: true })).port).not.toBe(port)
  })

  it('does not share the port of a socket that did not ask for it', async () => {
    const block = await acquire(1)
    const { port } = await block.bind(udp4(), { host })
    expect(await failureOf(block.bind(udp4(), { host, port, reuseAddr: true }))).toMatchObject({
      code: 'EADDRINUSE',
      cause: { errno: 10_013 },
      message: `UDP port ${port} is in use by a socket that does not share it: all of them need reuseAddr.`,
    })
  })

  itWithIPv6('binds a socket of each family to one port if the IPv6 one has ipv6Only', async () => {
    const block = await acquire(1)
    const udp6 = () => machine.owns(createSocket('udp6'))
    const { port } = await block.bind(udp6(), { ipv6Only: true })
    expect((await block.bind(udp4(), { port })).port).toBe(port)
    expect((await failureOf(block.bind(udp6(), { port, ipv6Only: true }))).code).toBe('EADDRINUSE')
  })

  itWithIPv6('serves IPv4 on an IPv6 socket by default', async () => {
    const block = await acquire(1)
    const { port } = await block.bind(machine.owns(createSocket('udp6')))
    expect((await failureOf(block.bind(udp4(), { port }))).code).toBe('EADDRINUSE')
  })

  it.each(['reuseAddr', 'ipv6Only'])('refuses a %s that is not a boolean', async (name) => {
    const block = await acquire(1)
    const failure = await failureOf(block.bind(udp4(), { [name]: 1 }))
    expect(failure).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringContaining(`"${name}" argument`),
    })
  })
})
