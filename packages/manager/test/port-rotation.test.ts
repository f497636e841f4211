import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { SocketSpec } from '@winport/transport'
import { describe, expect, it, vi } from 'vitest'
import { PortRotation } from '../src/port-rotation.js'
import { failureOf } from './failure-of.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

const host = '127.0.0.1'

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  await closed
}

describe('the ports of a block are handed out in turn', () => {
  const machine = new SimulatedMachine(realPorts)
  const acquire = (count: number) => machine.manager.acquire({ protocol: 'tcp', count })

  /** The ports that every bind of the next call asks for. */
  function recordBinds(): number[] {
    const asked: number[] = []
    const openSocket = machine.transport.openSocket.bind(machine.transport)
    vi.spyOn(machine.transport, 'openSocket').mockImplementation((spec: SocketSpec) => {
      const socket = openSocket(spec)
      const bind = socket.bind.bind(socket)
      socket.bind = (address, options) => {
        asked.push(address.port)
        bind(address, options)
      }
      return socket
    })
    return asked
  }

  it('to servers that follow each other: a closed one does not hand its clients to the next', async () => {
    const block = await acquire(3)
    const ports: number[] = []
    for (let i = 0; i < 7; i++) {
      const server = createServer()
      ports.push((await block.listen(server, { host })).port)
      await close(server)
    }
    const [first, second, third] = [...block]
    expect(ports).toEqual([first, second, third, first, second, third, first])
  })

  it('to datagram sockets and connections as well', async () => {
    const udp = await machine.manager.acquire({ protocol: 'udp', count: 2 })
    const bound: number[] = []
    for (let i = 0; i < 3; i++) {
      const socket = createSocket('udp4')
      bound.push((await udp.bind(socket, { host })).port)
      const closed = once(socket, 'close')
      socket.close()
      await closed
    }
    expect(bound).toEqual([udp.startPort, udp.endPort, udp.startPort])

    const home = await acquire(1)
    const { port } = await home.listen(machine.owns(createServer((socket) => socket.on('error', () => {}).resume())), {
      host,
    })
    const block = await acquire(3)
    const sources: (number | undefined)[] = []
    for (let i = 0; i < 3; i++) {
      const socket = await block.connect({ host, port })
      sources.push(socket.localPort)
      const closed = once(socket, 'close')
      socket.destroy()
      await closed
    }
    expect(sources).toEqual([...block])
  })

  it('with one more bind at most if the next is in use, and until port 0 is refused', async () => {
    const block = await acquire(3)
    await block.listen(machine.owns(createServer()), { host, port: block.startPort })
    const asked = recordBinds()
    const second = await block.listen(machine.owns(createServer()), { host })
    expect(asked).toEqual([block.startPort, 0])
    expect(second.port).toBe(block.startPort + 1)
    asked.length = 0
    expect((await block.listen(machine.owns(createServer()), { host })).port).toBe(block.endPort)
    expect(asked).toEqual([block.endPort])
    asked.length = 0
    const failure = await failureOf(block.listen(createServer(), { host }))
    expect(failure.code).toBe('ERR_RESERVATION_EXHAUSTED')
    expect(asked).toEqual([block.startPort, 0])
  })

  it('but never a port that had another address, which the kernel might share', async () => {
    const block = await acquire(2)
    const first = createServer()
    await block.listen(first, { host: '0.0.0.0' })
    await block.listen(machine.owns(createServer()), { host })
    await close(first)
    const asked = recordBinds()
    const { port } = await block.listen(machine.owns(createServer()), { host })
    expect(asked).toEqual([0])
    expect(port).toBe(block.startPort)
  })

  it('but not to sockets that share a port: they would share it unasked', async () => {
    const udp = await machine.manager.acquire({ protocol: 'udp', count: 2 })
    const bind = () => udp.bind(machine.owns(createSocket('udp4')), { host, reuseAddr: true })
    expect([(await bind()).port, (await bind()).port].toSorted()).toEqual([...udp])
    expect((await failureOf(bind())).code).toBe('ERR_RESERVATION_EXHAUSTED')
  })

  it('from another source port where a connection is in TIME_WAIT', async () => {
    await machine.useBlocks()
    const home = await acquire(1)
    const { port } = await home.listen(machine.owns(createServer((socket) => socket.on('error', () => {}))), { host })
    const block = await acquire(3)
    for (const error of ['WSAEADDRINUSE', 'WSAEADDRNOTAVAIL']) machine.kernel.faults.fail('connect', error)
    expect(machine.owns(await block.connect({ host, port })).localPort).toBe(block.endPort)
    machine.kernel.faults.fail('connect', 'WSAEADDRINUSE')
    const given = block.connect({ host, port, localPort: block.startPort })
    expect((await failureOf(given)).code).toBe('EADDRINUSE')
    for (let i = 0; i < 3; i++) machine.kernel.faults.fail('connect', 'WSAEADDRINUSE')
    expect((await failureOf(block.connect({ host, port }))).code).toBe('EADDRINUSE')
    expect(machine.kernel.inspect().sockets).toHaveLength(4) // two anchors, the server, the connection
  })
})

describe('the port of a bound anchor', () => {
  const machine = new SimulatedMachine({ ...realPorts, world: { blockServed: 'anchor-bound' } })

  it('is handed out last', async () => {
    await machine.useBlocks()
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 4 })
    const ports: number[] = []
    for (let i = 0; i < 4; i++) {
      ports.push((await block.listen(machine.owns(createServer()), { host: '0.0.0.0' })).port)
    }
    const anchor = machine.kernel.inspect().sockets.find(({ state, port }) => state === 'open' && port !== undefined)
    expect(ports.toSorted((a, b) => a - b)).toEqual([...block])
    expect(ports.at(-1)).toBe(anchor?.port)
    expect((await failureOf(block.listen(createServer()))).code).toBe('ERR_RESERVATION_EXHAUSTED')
  })
})

describe('a rotation', () => {
  it('has no candidate in a block of one port that belongs to the anchor', () => {
    expect(new PortRotation({ protocol: 'tcp', startPort: 5000, count: 1 }).candidate(host, 5000)).toBe(undefined)
  })
})
