import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { createServer as createHttpServer, Server as HttpServer, type RequestListener } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { createServer as createHttpsServer, get as httpsGet } from 'node:https'
import { type AddressInfo, createServer, type ListenOptions, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { failureOf } from './failure-of.js'
import { itWithIPv6 } from './it-with-ipv6.js'
import { certificate, privateKey } from './localhost-certificate.js'
import { greeter, http2Get, httpGet, read, readFrom } from './real-request.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

const host = '127.0.0.1'

/** The address right after `listen`, which Node knows at once where no name is looked up. */
function addressOf(server: Server): AddressInfo {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error(`not an address: ${address}`)
  return address
}

/** The address of a server that may still look its host up: Node does that even for an IP address. */
async function addressSoonOf(server: Server): Promise<AddressInfo> {
  if (!server.listening) await once(server, 'listening')
  return addressOf(server)
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  await closed
}

describe('a server that is attached to a block', () => {
  const machine = new SimulatedMachine(realPorts)
  const acquire = (count = 4) => machine.manager.acquire({ protocol: 'tcp', count })

  describe('listens on a port of the block by every form of listen', () => {
    const forms: [name: string, listen: (server: Server, port: number, listening: () => void) => Server][] = [
      ['listen()', (server, _port, listening) => server.once('listening', listening).listen()],
      ['listen(callback)', (server, _port, listening) => server.listen(listening)],
      ['listen(0)', (server, _port, listening) => server.listen(0, listening)],
      ['listen(null)', (server, _port, listening) => server.listen(null as never, listening)],
      ['listen(undefined)', (server, _port, listening) => server.listen(undefined, listening)],
      ["listen('0')", (server, _port, listening) => server.listen('0' as never, listening)],
      ['listen(0, host)', (server, _port, listening) => server.listen(0, host, listening)],
      ['listen(0, host, backlog)', (server, _port, listening) => server.listen(0, host, 7, listening)],
      ['listen(0, backlog)', (server, _port, listening) => server.listen(0, 7, listening)],
      ['listen(port)', (server, port, listening) => server.listen(port, listening)],
      ['listen(port, host)', (server, port, listening) => server.listen(port, host, listening)],
      ['listen({ port })', (server, port, listening) => server.listen({ port }, listening)],
      ['listen({ port: undefined })', (server, _port, listening) => server.listen({ port: undefined }, listening)],
      [
        'listen({ port, host, backlog })',
        (server, port, listening) => server.listen({ port, host, backlog: 7 }, listening),
      ],
      ['listen({ port, exclusive })', (server, port, listening) => server.listen({ port, exclusive: true }, listening)],
    ]

    it.each(forms)('%s', async (_name, listen) => {
      const block = await acquire()
      const server = machine.owns(greeter('attached'))
      expect(block.attach(server)).toBe(server)
      const listening = new Promise<void>((resolve) => {
        expect(listen(server, block.endPort, resolve)).toBe(server)
      })
      await listening
      const { address, port } = addressOf(server)
      expect(block.contains(port)).toBe(true)
      expect(await readFrom(port, host)).toBe('attached')
      expect(['::', '0.0.0.0', host]).toContain(address)
    })
  })

  it("has its address at once, and emits 'listening' in the next tick, as in Node", async () => {
    const block = await acquire()
    const events: string[] = []
    const server = machine.owns(block.attach(createServer()))
    server.on('listening', () => events.push('listening'))
    server.listen(0)
    expect(block.contains(addressOf(server).port)).toBe(true)
    expect(server.listening).toBe(true)
    expect(events).toEqual([])
    await new Promise<void>((resolve) => process.nextTick(resolve))
    expect(events).toEqual(['listening'])
  })

  it.each([
    ['a given port', (port: number) => ({ port, host })],
    ['a given host', () => ({ port: 0, host })],
  ])('has %s', async (_name, options) => {
    const block = await acquire()
    const server = machine.owns(block.attach(createServer()))
    const wanted = options(block.startPort + 2)
    server.listen(wanted)
    await once(server, 'listening')
    expect(addressOf(server)).toMatchObject({ address: host, ...(wanted.port === 0 ? {} : { port: wanted.port }) })
  })

  it('looks a host name up, as Node does', async () => {
    const block = await acquire()
    const server = machine.owns(block.attach(greeter('by name')))
    server.listen(0, 'localhost')
    expect(server.address()).toBe(null) // Node does not wait either
    await once(server, 'listening')
    const { address, port } = addressOf(server)
    expect(await readFrom(port, address)).toBe('by name')
  })

  it('emits the error of the resolver', async () => {
    const block = await acquire()
    const server = block.attach(createServer())
    server.listen(0, 'no-such-host.invalid')
    const [error] = await once(server, 'error')
    expect(error.syscall).toBe('getaddrinfo')
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
  })

  itWithIPv6('counts ipv6Only', async () => {
    const block = await acquire()
    const six = machine.owns(block.attach(greeter('six')))
    six.listen({ port: block.startPort, host: '::', ipv6Only: true })
    await once(six, 'listening')
    const four = machine.owns(block.attach(greeter('four')))
    four.listen(block.startPort, '0.0.0.0')
    await once(four, 'listening')
    expect(await readFrom(block.startPort, host)).toBe('four')
    expect(await readFrom(block.startPort, '::1')).toBe('six')
  })

  it('falls back to IPv4 on a machine without IPv6', async () => {
    const block = await acquire()
    const server = machine.owns(block.attach(greeter('four')))
    machine.kernel.faults.fail('WSASocketW', 'WSAEAFNOSUPPORT')
    server.listen()
    expect(addressOf(server)).toMatchObject({ address: '0.0.0.0', family: 'IPv4' })
    await once(server, 'listening')
  })

  it('takes a port anew each time that it listens, and frees it when it closes', async () => {
    const block = await acquire(2)
    const server = block.attach(createServer())
    const ports: number[] = []
    for (let i = 0; i < 4; i++) {
      server.listen(0, host)
      await once(server, 'listening')
      ports.push(addressOf(server).port)
      await close(server)
    }
    const { startPort, endPort } = block
    expect(ports).toEqual([startPort, endPort, startPort, endPort]) // each in turn
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
    expect(['listening', 'error', 'close'].map((event) => server.listenerCount(event))).toEqual([0, 0, 0])
  })

  it('throws what Node throws', async () => {
    const block = await acquire()
    const server = machine.owns(block.attach(createServer()))
    expect(() => server.listen(70_000)).toThrow(expect.objectContaining({ code: 'ERR_SOCKET_BAD_PORT' }))
    expect(() => server.listen({} as ListenOptions)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }))
    server.listen(0)
    expect(() => server.listen(0)).toThrow(expect.objectContaining({ code: 'ERR_SERVER_ALREADY_LISTEN' }))
    expect(machine.kernel.inspect().sockets).toHaveLength(2) // the anchor and the server
  })

  describe("emits 'error' in the next tick, and opens nothing,", () => {
    async function errorOf(server: Server, listen: () => void): Promise<Error & { code?: string }> {
      const failed = vi.fn()
      server.on('error', failed)
      listen()
      expect(failed).not.toHaveBeenCalled()
      expect(server.listening).toBe(false)
      await new Promise<void>((resolve) => process.nextTick(() => process.nextTick(resolve)))
      expect(failed).toHaveBeenCalledOnce()
      return failed.mock.calls[0]?.[0]
    }

    it('when the port is outside the block, which the message names', async () => {
      const block = await acquire()
      const server = block.attach(createServer())
      const outside = block.endPort + 1
      const error = await errorOf(server, () => server.listen(outside))
      expect(error).toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
      expect(error.message).toContain(`from ${block.startPort} to ${block.endPort}. Received ${outside}`)
    })

    it('when the block is released', async () => {
      const block = await acquire()
      const server = block.attach(createServer())
      await block.release()
      expect(await errorOf(server, () => server.listen(0))).toMatchObject({ code: 'ERR_RESERVATION_RELEASED' })
      machine.kernel.assertNothingHeld()
    })

    it('when every port is in use', async () => {
      const block = await acquire(1)
      machine.owns(block.attach(createServer())).listen(0)
      const server = block.attach(createServer())
      expect(await errorOf(server, () => server.listen(0))).toMatchObject({ code: 'ERR_RESERVATION_EXHAUSTED' })
    })

    it("when the given port is in use, with the fields of Node's error", async () => {
      const block = await acquire()
      const other = machine.owns(block.attach(createServer()))
      other.listen(0, host)
      await once(other, 'listening')
      const { port } = addressOf(other)
      const plain = createServer().listen(port, host)
      const [{ errno }] = await once(plain, 'error')
      const server = block.attach(createServer())
      const failed = once(server, 'error')
      server.listen(port, host)
      const [error] = await failed
      expect(error).toMatchObject({ code: 'EADDRINUSE', errno, syscall: 'listen', address: host, port })
    })

    it.each(['WSASocketW', 'SIO_ASSOCIATE_PORT_RESERVATION', 'bind', 'getsockname', 'adoptInto'] as const)(
      'when %s fails, and listens the next time',
      async (call) => {
        const block = await acquire()
        await machine.useBlocks()
        const server = machine.owns(block.attach(createServer()))
        machine.kernel.faults.fail(call, 'WSAENETDOWN')
        const error = await errorOf(server, () => server.listen(0))
        expect(error).toMatchObject({ name: 'ReservationError', code: 'WSAENETDOWN' })
        expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
        server.removeAllListeners('error')
        server.listen(0)
        await once(server, 'listening')
      },
    )

    it('with reusePort, which Windows does not have', async () => {
      const [major = 0] = process.versions.node.split('.').map(Number)
      if (major < 23) return // Node ignores the option
      const block = await acquire()
      const server = block.attach(createServer())
      const error = await errorOf(server, () => server.listen({ port: 0, reusePort: true } as ListenOptions))
      expect(error).toMatchObject({ code: 'ENOTSUP' })
    })
  })

  it('is uncaught without a listener for the error, as in Node', async () => {
    const block = await acquire()
    const server = block.attach(createServer())
    const uncaught = new Promise((resolve) => {
      const listeners = process.listeners('uncaughtException')
      process.removeAllListeners('uncaughtException')
      process.once('uncaughtException', (error) => {
        for (const listener of listeners) process.on('uncaughtException', listener)
        resolve(error)
      })
    })
    server.listen(block.endPort + 1)
    expect(await uncaught).toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
  })

  it('never listens if it is closed before its name is looked up, as in Node', async () => {
    const block = await acquire()
    const server = block.attach(createServer())
    const listening = vi.fn()
    server.listen(0, 'localhost', listening)
    await close(server)
    await new Promise((resolve) => lookup('localhost', resolve))
    expect(server.listening).toBe(false)
    expect(listening).not.toHaveBeenCalled()
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
  })

  it('closes when its signal aborts, also before it listens', async () => {
    const block = await acquire()
    for (const abortEarly of [true, false]) {
      const abort = new AbortController()
      if (abortEarly) abort.abort()
      const server = block.attach(createServer())
      const closed = once(server, 'close')
      server.listen({ port: 0, signal: abort.signal })
      abort.abort()
      await closed
      expect(server.listening).toBe(false)
    }
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
  })

  it('listens on pipes, descriptors and handles as before', async () => {
    const block = await acquire()
    const path =
      process.platform === 'win32' ? `\\\\.\\pipe\\winport-${process.pid}` : join(tmpdir(), `winport-${process.pid}`)
    const server = block.attach(createServer())
    server.listen(path)
    await once(server, 'listening')
    expect(server.address()).toBe(path)
    await close(server)
    const other = machine.owns(createServer().listen(0, host))
    await once(other, 'listening')
    server.listen(Reflect.get(other, '_handle'))
    expect(addressOf(server)).toEqual(other.address())
    const file = openSync(import.meta.filename, 'r')
    const refused = block.attach(createServer())
    const failed = once(refused, 'error')
    refused.listen({ fd: file })
    expect((await failed)[0]).toMatchObject({ code: 'EINVAL', syscall: 'listen' })
    closeSync(file)
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
    Reflect.set(server, '_handle', null) // it is that of the other server
  })

  it('belongs to the block that it was attached to last', async () => {
    const [first, second] = [await acquire(), await acquire()]
    const server = machine.owns(second.attach(first.attach(createServer())))
    server.listen(0)
    expect(second.contains(addressOf(server).port)).toBe(true)
    await close(server)
    first.attach(server)
    server.listen(0)
    expect(first.contains(addressOf(server).port)).toBe(true)
  })

  it('listens by block.listen on the port of that block', async () => {
    const [first, second] = [await acquire(), await acquire()]
    const server = machine.owns(first.attach(createServer()))
    expect(second.contains((await second.listen(server)).port)).toBe(true)
  })

  it('keeps its port when the block is released, until it closes', async () => {
    const block = await acquire()
    const server = machine.owns(block.attach(greeter('still here')))
    server.listen(0, host)
    const { port } = await addressSoonOf(server)
    await block.release()
    expect(await readFrom(port)).toBe('still here')
  })

  it('may have exclusiveAddressUse', async () => {
    const block = await acquire()
    const server = machine.owns(block.attach(createServer(), { exclusiveAddressUse: true }))
    server.listen(0, '0.0.0.0')
    const { port } = await addressSoonOf(server)
    expect(await failureOf(block.listen(createServer(), { host, port }))).toMatchObject({
      cause: { code: 'WSAEACCES' },
    })
  })

  it('is asked by its own listen where its class overrides that', async () => {
    const asked: unknown[] = []
    class Named extends HttpServer {
      override listen(...args: unknown[]): this {
        asked.push(args)
        return super.listen(...(args as []))
      }
    }
    const block = await acquire()
    const server = machine.owns(block.attach(new Named((_request, response) => response.end('named'))))
    server.listen(0, host)
    const { port } = await addressSoonOf(server)
    expect(asked).toEqual([[0, host]])
    expect(await httpGet(port)).toBe('named')
  })
})

describe('attach', () => {
  const machine = new SimulatedMachine({ ...realPorts, elevated: true })

  it('refuses a block that is released, and what is no server or socket', async () => {
    const tcp = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    const udp = await machine.manager.acquire({ protocol: 'udp', count: 1 })
    const type = expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' })
    expect(() => tcp.attach(machine.owns(createSocket('udp4')))).toThrow(type)
    expect(() => udp.attach(createServer())).toThrow(type)
    await tcp.release()
    expect(() => tcp.attach(createServer())).toThrow(expect.objectContaining({ code: 'ERR_RESERVATION_RELEASED' }))
  })

  it('refuses a block of persistent.open, and takes one of persistent.lookup', async () => {
    const range = { ...(await machine.manager.acquire({ protocol: 'tcp', count: 2 })) }
    const { startPort } = range
    for (const block of machine.manager.held) await block.release()
    const exactly = { protocol: 'tcp', startPort, count: 2 } as const
    await machine.manager.persistent.create(exactly)
    const opened = await machine.manager.persistent.open(exactly)
    expect(() => opened.attach(createServer())).toThrow(
      expect.objectContaining({
        code: 'ERR_RESERVATION_UNSUPPORTED',
        message: expect.stringContaining('persistent.lookup'),
      }),
    )
    const found = await machine.manager.persistent.lookup(exactly)
    const server = machine.owns(found.attach(createServer()))
    server.listen(0)
    expect(found.contains(addressOf(server).port)).toBe(true)
    await machine.manager.persistent.delete(exactly)
  })

  it('goes by the kind of owner on a matched reservation', async () => {
    const matched = await machine.manager.acquireMatched({ count: 2 })
    const server = machine.owns(matched.attach(createServer()))
    const socket = machine.owns(matched.attach(createSocket('udp4')))
    server.listen(0)
    socket.bind()
    await once(socket, 'listening')
    expect([addressOf(server).port, socket.address().port].every((port) => matched.contains(port))).toBe(true)
  })
})

describe('real requests reach an attached server', () => {
  const machine = new SimulatedMachine(realPorts)
  const credentials = { key: privateKey, cert: certificate }

  async function listen(server: Server): Promise<number> {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    machine.owns(block.attach(server)).listen(0, host)
    const { port } = await addressSoonOf(server)
    expect(block.contains(port)).toBe(true)
    return port
  }

  it('of http', async () => {
    const port = await listen(createHttpServer((request, response) => response.end(`you asked for ${request.url}`)))
    expect(await httpGet(port)).toBe('you asked for /')
  })

  it('of an application with a listen of its own, like express', async () => {
    const handle: RequestListener = (_request, response) => response.end('from the app')
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    // Express calls listen on the server that it creates; fastify takes a serverFactory.
    const app = Object.assign(handle, {
      listen: (...args: []) => block.attach(createHttpServer(handle)).listen(...args),
    })
    const server = machine.owns(app.listen())
    expect(await httpGet(addressOf(server).port)).toBe('from the app')
  })

  it('of https', async () => {
    const port = await listen(createHttpsServer(credentials, (_request, response) => response.end('over tls')))
    const sent = httpsGet({ host, port, ca: certificate, servername: 'localhost', agent: false })
    const [response] = await once(sent, 'response')
    expect(await read(response)).toBe('over tls')
  })

  it('of http2', async () => {
    const port = await listen(createHttp2Server((_request, response) => response.end('two')))
    expect(await http2Get(`http://${host}:${port}`)).toBe('two')
  })

  it('of a WebSocket library, which upgrades connections of the server', async () => {
    const server = createHttpServer()
    server.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\nupgraded')
    })
    const port = await listen(server)
    const { request } = await import('node:http')
    const sent = request({ host, port, headers: { connection: 'Upgrade', upgrade: 'test' }, agent: false }).end()
    const [, socket, head] = await once(sent, 'upgrade')
    expect(String(head) || (await read(socket))).toBe('upgraded')
    socket.destroy()
  })
})

describe('a datagram socket that is attached to a block', () => {
  const machine = new SimulatedMachine(realPorts)
  const acquire = (count = 3) => machine.manager.acquire({ protocol: 'udp', count })
  const udp4 = () => machine.owns(createSocket('udp4'))

  type Bind = (socket: ReturnType<typeof createSocket>, port: number, listening: () => void) => unknown
  it.each<[string, Bind]>([
    ['bind()', (socket, _port, listening) => socket.once('listening', listening).bind()],
    ['bind(callback)', (socket, _port, listening) => socket.bind(listening)],
    ['bind(0)', (socket, _port, listening) => socket.bind(0, listening)],
    ['bind(port)', (socket, port, listening) => socket.bind(port, listening)],
    ['bind(port, address)', (socket, port, listening) => socket.bind(port, host, listening)],
    ['bind(port, name)', (socket, port, listening) => socket.bind(port, 'localhost', listening)],
    ['bind({ port, address })', (socket, port, listening) => socket.bind({ port, address: host }, listening)],
    ['bind({ exclusive })', (socket, _port, listening) => socket.bind({ exclusive: true }, listening)],
  ])('is bound to a port of the block by %s', async (_name, bind) => {
    const block = await acquire()
    const socket = block.attach(udp4())
    await new Promise<void>((resolve) => bind(socket, block.endPort, resolve))
    expect(block.contains(socket.address().port)).toBe(true)
    const client = udp4()
    const received = once(socket, 'message')
    client.send('ping', socket.address().port, host)
    const [ping, from] = await received
    expect(String(ping)).toBe('ping')
    const answered = once(client, 'message')
    socket.send('pong', from.port, host)
    expect(String((await answered)[0])).toBe('pong')
  })

  it('is bound to a port of the block by its first send', async () => {
    const block = await acquire()
    const [receiver, sender] = [udp4(), block.attach(udp4())]
    receiver.bind(0, host)
    await once(receiver, 'listening')
    const received = once(receiver, 'message')
    sender.send('first', receiver.address().port, host)
    const [, from] = await received
    expect(block.contains(from.port)).toBe(true)
  })

  itWithIPv6('may be a udp6 socket', async () => {
    const block = await acquire()
    const socket = block.attach(machine.owns(createSocket({ type: 'udp6', ipv6Only: true })))
    socket.bind(0)
    await once(socket, 'listening')
    expect(socket.address()).toMatchObject({ address: '::', family: 'IPv6' })
    const other = block.attach(udp4())
    other.bind(socket.address().port)
    await once(other, 'listening')
  })

  it('shares its port with reuseAddr', async () => {
    const block = await acquire()
    const sharing = () => block.attach(machine.owns(createSocket({ type: 'udp4', reuseAddr: true })))
    const [first, second] = [sharing(), sharing()]
    first.bind(0, host)
    await once(first, 'listening')
    const { port } = first.address()
    second.bind(port, host)
    await once(second, 'listening')
    expect(second.address().port).toBe(port)
  })

  it('throws what Node throws', async () => {
    const block = await acquire()
    const socket = block.attach(udp4())
    socket.bind()
    expect(() => socket.bind()).toThrow(expect.objectContaining({ code: 'ERR_SOCKET_ALREADY_BOUND' }))
    await once(socket, 'listening')
  })

  it('emits an error once, and can be bound again', async () => {
    const block = await acquire()
    const socket = block.attach(udp4())
    const failed = vi.fn()
    socket.on('error', failed)
    for (const port of [block.endPort + 1, block.endPort + 2]) {
      const emitted = once(socket, 'error')
      socket.bind(port)
      await emitted.catch(() => {})
    }
    expect(failed.mock.calls.map(([error]) => error)).toMatchObject([
      { code: 'ERR_OUT_OF_RANGE' },
      { code: 'ERR_OUT_OF_RANGE' },
    ])
    expect(Object.hasOwn(socket, 'emit')).toBe(false)
    socket.bind(0)
    await once(socket, 'listening')
    expect(block.contains(socket.address().port)).toBe(true)
  })

  it.each(['WSASocketW', 'SIO_ASSOCIATE_PORT_RESERVATION', 'bind', 'adoptInto'] as const)(
    'emits the error when %s fails, and leaves nothing open',
    async (call) => {
      const block = await acquire()
      await machine.useBlocks()
      const socket = block.attach(udp4())
      machine.kernel.faults.fail(call, 'WSAENETDOWN')
      socket.bind()
      const [error] = await once(socket, 'error')
      expect(error).toMatchObject({ name: 'ReservationError', code: 'WSAENETDOWN' })
      expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
    },
  )

  it('emits ERR_RESERVATION_RELEASED after release, and has returned its port when it closes', async () => {
    const block = await acquire(1)
    const [first, second] = [block.attach(createSocket('udp4')), block.attach(udp4())]
    first.bind()
    await once(first, 'listening')
    const closed = once(first, 'close')
    first.close()
    await closed
    expect((await block.bind(udp4())).port).toBe(block.startPort)
    await block.release()
    second.bind()
    expect((await once(second, 'error'))[0]).toMatchObject({ code: 'ERR_RESERVATION_RELEASED' })
  })
})

describe('fake timers', () => {
  const machine = new SimulatedMachine(realPorts)
  afterEach(() => vi.useRealTimers())

  it('do not stop an attached server, nor its error', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    vi.useFakeTimers()
    const server = machine.owns(block.attach(createServer()))
    server.listen(0)
    await once(server, 'listening')
    const failing = block.attach(createServer())
    failing.listen(block.endPort + 1)
    expect((await once(failing, 'error'))[0]).toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
  })
})

describe('a machine where a block is served only after its anchor is prepared', () => {
  const worlds = [
    { blockServed: 'anchor-associated' },
    { blockServed: 'anchor-bound' },
    { tokenServes: 'anchor-family', blockServed: 'anchor-bound' },
  ] as const

  describe.each(worlds)('%o', (world) => {
    const machine = new SimulatedMachine({ ...realPorts, world })

    it('serves an attached server as its first user, and one beside a call that is under way', async () => {
      const block = await machine.manager.acquire({ protocol: 'tcp', count: 3 })
      const server = machine.owns(block.attach(greeter('first')))
      server.listen(0)
      const { port } = addressOf(server)
      expect(block.contains(port)).toBe(true)
      expect(await readFrom(port)).toBe('first')
      const held = machine.kernel.faults.hold('SIO_ASSOCIATE_PORT_RESERVATION')
      const other = await machine.manager.acquire({ protocol: 'tcp', count: 3 })
      const listening = other.listen(machine.owns(greeter('second')), { host })
      await held.pending
      const third = machine.owns(other.attach(greeter('third')))
      third.listen(0)
      held.complete()
      expect(await readFrom((await listening).port)).toBe('second')
      expect(await readFrom(addressOf(third).port)).toBe('third')
    })

    it('serves an attached datagram socket', async () => {
      const block = await machine.manager.acquire({ protocol: 'udp', count: 3 })
      const socket = block.attach(machine.owns(createSocket('udp4')))
      socket.bind(0, host)
      await once(socket, 'listening')
      expect(socket.address()).toMatchObject({ address: host, family: 'IPv4' })
      const received = once(socket, 'message')
      machine.owns(createSocket('udp4')).send('ping', socket.address().port, host)
      expect((await received)[1]).toMatchObject({ address: host, family: 'IPv4' })
    })
  })
})
