import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { failureOf } from './failure-of.js'
import { hasIpv6 } from './ipv6-loopback.js'
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

  it('lets a udp4 socket echo real datagrams from a port of the block', async () => {
    const block = await acquire()
    const socket = udp4()
    const address = await block.bind(socket, { host })
    expect(socket.address()).toEqual(address)
    expect(address).toMatchObject({ address: host, family: 'IPv4' })
    expect(block.contains(address.port)).toBe(true)
    expect(await echoThrough(socket, udp4(), host, 'hello')).toBe('hello')
  })

  it.runIf(hasIpv6)('lets a udp6 socket echo real datagrams from a port of the block', async () => {
    const block = await acquire()
    const socket = machine.owns(createSocket('udp6'))
    const address = await block.bind(socket, { host: '::1' })
    expect(address).toMatchObject({ address: '::1', family: 'IPv6' })
    expect(await echoThrough(socket, machine.owns(createSocket('udp6')), '::1', 'six')).toBe('six')
  })

  it('lets sockets of one block talk to each other', async () => {
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

  it.runIf(hasIpv6)('binds a udp6 socket to every address by default', async () => {
    const block = await acquire()
    const address = await block.bind(machine.owns(createSocket('udp6')))
    expect(address.address).toBe('::')
  })

  it("resolves a host name in the socket's family", async () => {
    const block = await acquire()
    expect((await block.bind(udp4(), { host: 'localhost' })).address).toBe(host)
  })

  it('takes the port that was asked for', async () => {
    const block = await acquire()
    expect((await block.bind(udp4(), { host, port: block.endPort })).port).toBe(block.endPort)
  })

  it('rejects with EADDRINUSE if the port that was asked for is in use', async () => {
    const block = await acquire()
    await block.bind(udp4(), { host, port: block.startPort })
    const failure = await failureOf(block.bind(udp4(), { host, port: block.startPort }))
    expect(failure).toMatchObject({ code: 'EADDRINUSE', errno: 10048, syscall: 'bind' })
  })

  it('gives every port once, then rejects with ERR_RESERVATION_EXHAUSTED', async () => {
    const block = await acquire(5)
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => block.bind(udp4(), { host })))
    const ports = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.port] : []))
    expect(ports.toSorted((a, b) => a - b)).toEqual([...block])
    const codes = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []))
    expect(codes).toEqual(Array.from({ length: 3 }, () => 'ERR_RESERVATION_EXHAUSTED'))
  })

  it('has the port back when the socket closes', async () => {
    const block = await acquire(1)
    const socket = createSocket('udp4')
    await block.bind(socket, { host })
    const closed = once(socket, 'close')
    socket.close()
    await closed
    expect((await block.bind(udp4(), { host })).port).toBe(block.startPort)
  })

  it("fails with Node's own error for a socket that is bound already, and leaves it so", async () => {
    const block = await acquire()
    const socket = udp4()
    const { port } = await block.bind(socket, { host })
    expect((await failureOf(block.bind(socket, { host }))).code).toBe('ERR_SOCKET_ALREADY_BOUND')
    expect(socket.address().port).toBe(port)
    expect(machine.kernel.inspect().sockets).toHaveLength(2) // the anchor and the first
  })

  it("fails with Node's own error for a socket that is closed", async () => {
    const block = await acquire()
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.close(resolve))
    expect((await failureOf(block.bind(socket, { host }))).code).toBe('ERR_SOCKET_DGRAM_NOT_RUNNING')
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
  })

  it('binds one socket but once if asked twice at the same time', async () => {
    const block = await acquire()
    const socket = udp4()
    const outcomes = await Promise.allSettled([block.bind(socket, { host }), block.bind(socket, { host })])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(machine.kernel.inspect().sockets).toHaveLength(2) // the anchor and the first
  })

  it('leaves the socket unbound after a failure, to be bound again', async () => {
    const block = await acquire()
    const socket = udp4()
    machine.kernel.faults.fail('attach', 'WSAENOBUFS')
    expect((await failureOf(block.bind(socket, { host }))).code).toBe('ENOBUFS')
    expect(block.contains((await block.bind(socket, { host })).port)).toBe(true)
  })
})
