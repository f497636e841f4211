import { once } from 'node:events'
import { createServer, connect as nodeConnect, type Server, Socket } from 'node:net'
import type { SocketSpec } from '@winport/transport'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { failureOf } from './failure-of.js'
import { itWithIPv6 } from './it-with-ipv6.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

describe('the options of connect', () => {
  const machine = new SimulatedMachine(realPorts)
  const host = '127.0.0.1'
  let server: Server
  let port: number
  beforeEach(async () => {
    server = machine.owns(createServer((socket) => socket.on('error', () => {}).end('hello')))
    const home = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    ;({ port } = await home.listen(server, { host: '0.0.0.0' }))
  })

  const acquire = () => machine.manager.acquire({ protocol: 'tcp', count: 3 })

  it("give the connection noDelay and keepAlive, in Node's units", async () => {
    const block = await acquire()
    const probe = machine.owns(nodeConnect(port, host))
    await once(probe, 'connect')
    const handle = Object.getPrototypeOf(Reflect.get(probe, '_handle'))
    const [setNoDelay, setKeepAlive] = [vi.spyOn(handle, 'setNoDelay'), vi.spyOn(handle, 'setKeepAlive')]
    machine.owns(await block.connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 7000 }))
    expect(setNoDelay).toHaveBeenCalledExactlyOnceWith(true)
    expect(setKeepAlive).toHaveBeenCalledExactlyOnceWith(true, 7)
    vi.restoreAllMocks()
  })

  it('keep the connection half open when the server ends it', async () => {
    const block = await acquire()
    const socket = machine.owns(await block.connect({ host, port, allowHalfOpen: true }))
    await once(socket.resume(), 'end')
    expect(socket.allowHalfOpen).toBe(true)
    expect(socket.writable).toBe(true)
  })

  it('make an idle connection emit timeout', async () => {
    const block = await acquire()
    const socket = machine.owns(await block.connect({ host, port, timeout: 20 }))
    await once(socket, 'timeout')
    expect(socket.timeout).toBe(20)
  })

  itWithIPv6('choose the family of the addresses', async () => {
    const block = await acquire()
    const lookup = vi.fn((_name, options, callback) => {
      const all = [
        { address: '::1', family: 6 },
        { address: host, family: 4 },
      ]
      callback(null, options.family === 4 ? all.slice(1) : all)
    })
    const socket = machine.owns(await block.connect({ host: 'name.test', port, family: 4, hints: 8, lookup }))
    expect(socket.remoteAddress).toBe(host)
    expect(lookup.mock.calls).toEqual([['name.test', { all: true, family: 4, hints: 8 }, expect.any(Function)]])
  })

  it('pass on the error of a lookup', async () => {
    const block = await acquire()
    const failure = new Error('no resolver')
    const connecting = block.connect({
      host: 'name.test',
      port,
      lookup: (_name, _options, callback) => callback(failure, []),
    })
    expect(await failureOf(connecting)).toBe(failure)
  })

  it('choose the source address', async () => {
    const block = await acquire()
    const socket = machine.owns(await block.connect({ host, port, localAddress: host, localPort: block.endPort }))
    expect([socket.localAddress, socket.localPort]).toEqual([host, block.endPort])
  })

  it.each([null, ''])('mean localhost where the host is %o', async (absent) => {
    const block = await acquire()
    const socket = machine.owns(await block.connect({ host: absent, port, family: 4, autoSelectFamily: true }))
    expect(socket.remoteAddress).toBe(host)
  })

  it.each([
    [{ family: 5 }, 'ERR_OUT_OF_RANGE'],
    [{ localAddress: 'localhost' }, 'ERR_INVALID_ARG_TYPE'],
    [{ servername: 'x' }, 'ERR_INVALID_ARG_VALUE'],
  ])('are refused before any system call: %o', async (options, code) => {
    const block = await acquire()
    const before = machine.calls.length
    expect((await failureOf(block.connect({ host, port, ...(options as object) }))).code).toBe(code)
    expect(machine.calls).toHaveLength(before)
  })
})

describe('a connection whose source port is outside the block', () => {
  const machine = new SimulatedMachine(realPorts)

  it('is closed, and the call rejects: Deno does not connect through the socket', async () => {
    const host = '127.0.0.1'
    const server = machine.owns(createServer((socket) => socket.on('error', () => {}).resume()))
    const home = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    const { port } = await home.listen(server, { host })
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    let connection: Socket | undefined
    const openSocket = machine.transport.openSocket.bind(machine.transport)
    vi.spyOn(machine.transport, 'openSocket').mockImplementation((spec: SocketSpec) => {
      const socket = openSocket(spec)
      socket.connect = async (remote) => {
        socket.close()
        connection = nodeConnect(remote.port, remote.address)
        await once(connection, 'connect')
        return connection
      }
      return socket
    })
    const failure = await failureOf(block.connect({ host, port }))
    expect(failure).toMatchObject({ code: 'ERR_RESERVATION_UNSUPPORTED' })
    expect(failure.message).toContain(`outside TCP ports ${block.startPort}-${block.endPort}`)
    expect(connection).toBeInstanceOf(Socket)
    expect(connection?.destroyed).toBe(true)
  })
})
