import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer as createHttpServer, get } from 'node:http'
import { type AddressInfo, createServer, Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { AbortError, type WinsockSocket } from '@winport/transport'
import { hasIPv6 } from '@winport/transport/conformance'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MockKernel, type MockTransport } from '../src/index.js'
import { acquire, associate } from './reservation-calls.js'

const HOST = '127.0.0.1'
const HAS_IPV6 = hasIPv6()
const FAMILIES = [
  { family: 'ipv4', address: HOST, type: 'udp4' },
  ...(HAS_IPV6 ? [{ family: 'ipv6', address: '::1', type: 'udp6' } as const] : []),
] as const

let kernel: MockKernel
let transport: MockTransport

beforeEach(() => {
  kernel = new MockKernel({ avoidHostPorts: true })
  transport = kernel.openTransport({ pid: 44 })
})

afterEach(() => {
  kernel.assertNothingHeld()
})

function bind(protocol: 'tcp' | 'udp', family: 'ipv4' | 'ipv6' = 'ipv4'): WinsockSocket {
  const socket = transport.openSocket({ protocol, family })
  socket.bind({ address: family === 'ipv4' ? HOST : '::1', port: 0 })
  return socket
}

async function close(owner: Server | DatagramSocket | Socket): Promise<void> {
  if ('destroy' in owner) owner.destroy()
  else owner.close()
  await once(owner, 'close')
}

async function listeningServer(host = HOST): Promise<{ server: Server; port: number }> {
  const server = createServer((connection) => {
    connection.on('error', () => {}) // the other end may be gone by now
    connection.end(String(connection.remotePort))
  }).listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 }
}

async function fetchBody(host: string, port: number): Promise<string> {
  const [response] = await once(get({ host, port, agent: false }), 'response')
  return await text(response)
}

/** Whether no socket of the simulated machine has the port. */
function isFree(protocol: 'tcp' | 'udp', port: number): boolean {
  return kernel.inspect().sockets.every((socket) => socket.protocol !== protocol || socket.port !== port)
}

describe.each(FAMILIES)('with real traffic over $family', ({ family, address, type }) => {
  it('a server answers, and keeps its port until it closes', async () => {
    const socket = bind('tcp', family)
    const { port } = socket.localAddress()
    const server = createHttpServer((_request, response) => response.end('hello'))
    await socket.listen(server)
    expect(server.address()).toEqual({ address, family: family === 'ipv4' ? 'IPv4' : 'IPv6', port })
    expect(await fetchBody(address, port)).toBe('hello')
    expect(kernel.inspect().sockets).toMatchObject([{ state: 'adopted', address, port, pid: 44 }])
    const rival = transport.openSocket({ protocol: 'tcp', family })
    expect(() => rival.bind({ address, port })).toThrow(expect.objectContaining({ code: 'WSAEADDRINUSE' }))
    await close(server)
    rival.bind({ address, port })
    rival.close()
  })

  it('a datagram socket answers, and keeps its port until it closes', async () => {
    const socket = bind('udp', family)
    const { port } = socket.localAddress()
    const [receiver, sender] = [createSocket(type), createSocket(type)]
    receiver.on('message', (message, from) => receiver.send(`echo ${message}`, from.port, from.address))
    await socket.adopt(receiver)
    expect(receiver.address()).toMatchObject({ address, port })
    const answered = once(sender, 'message')
    sender.send('ping', port, address)
    expect(String((await answered)[0])).toBe('echo ping')
    expect(isFree('udp', port)).toBe(false)
    await Promise.all([close(receiver), close(sender)])
    expect(isFree('udp', port)).toBe(true)
  })

  it('a connection comes from its port, and keeps it until it closes', async () => {
    const { server, port: remotePort } = await listeningServer(address)
    const socket = bind('tcp', family)
    const { port } = socket.localAddress()
    const connection = await socket.connect({ address, port: remotePort })
    expect(connection.localPort).toBe(port)
    expect(await text(connection)).toBe(String(port))
    expect(kernel.inspect().sockets).toMatchObject([{ state: 'adopted', port }])
    await close(connection)
    expect(isFree('tcp', port)).toBe(true)
    await close(server)
  })
})

describe('a server', () => {
  it('on 0.0.0.0 or :: accepts connections to the loopback address', async () => {
    for (const [family, any] of [['ipv4', '0.0.0.0'], ...(HAS_IPV6 ? [['ipv6', '::'] as const] : [])] as const) {
      const socket = transport.openSocket({ protocol: 'tcp', family })
      socket.bind({ address: any, port: 0 })
      const { port } = socket.localAddress()
      const server = createHttpServer((_request, response) => response.end(any))
      await socket.listen(server)
      expect(await fetchBody(HOST, port)).toBe(any)
      await close(server)
    }
  })

  it('stays open after its socket, process and reservation end, and frees its port when it closes', async () => {
    const anchor = transport.openSocket({ protocol: 'tcp' })
    const { startPort, token } = acquire(anchor, 0, 2)
    const socket = transport.openSocket({ protocol: 'tcp' })
    associate(socket, token)
    socket.bind({ address: HOST, port: 0 })
    const server = createHttpServer((_request, response) => response.end('still here'))
    await socket.listen(server)
    socket.close()
    transport.exit()
    expect(await fetchBody(HOST, startPort)).toBe('still here')
    expect(() => kernel.assertNothingHeld()).toThrow(
      new Error(`Still held on the simulated machine:\n  tcp socket on port ${startPort}, adopted, of process 44`),
    )
    await close(server)
    const other = kernel.openTransport().openSocket({ protocol: 'tcp' })
    expect(acquire(other, startPort, 2).startPort).toBe(startPort)
    other.close()
  })

  it('that a listening listener closes has freed its port', async () => {
    const socket = bind('tcp')
    const { port } = socket.localAddress()
    const server = createServer()
    server.once('listening', () => server.close())
    await socket.listen(server)
    expect(isFree('tcp', port)).toBe(true)
  })

  it('that is closed before it listens rejects listen() and frees its port', async () => {
    const server = createServer()
    const listening = bind('tcp').listen(server)
    server.close()
    await expect(listening).rejects.toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' })
    expect(server.listening).toBe(false)
    kernel.assertNothingHeld()
  })

  it('that is closed during a held listen rejects it and never listens', async () => {
    const held = kernel.faults.hold('listen')
    const server = createServer()
    const socket = bind('tcp')
    const listening = socket.listen(server)
    await held.pending
    server.close()
    await expect(listening).rejects.toMatchObject({ code: 'WSA_OPERATION_ABORTED', syscall: 'listen' })
    held.complete()
    await new Promise((resolve) => setImmediate(resolve))
    expect(server.listening).toBe(false)
    expect(['listening', 'error', 'close'].map((event) => server.listenerCount(event))).toEqual([0, 0, 0])
  })

  it('listens when a held listen completes, and has one listener for its close', async () => {
    const held = kernel.faults.hold('listen')
    const server = createServer()
    const listening = bind('tcp').listen(server)
    await held.pending
    expect(server.listening).toBe(false)
    held.complete()
    await listening
    expect(server.listening).toBe(true)
    expect(['listening', 'error', 'close'].map((event) => server.listenerCount(event))).toEqual([0, 0, 0])
    await close(server)
  })

  it('can move from one socket to another, and frees each port when it leaves it', async () => {
    const server = createServer()
    const [first, second] = [bind('tcp'), bind('tcp')]
    const [firstPort, secondPort] = [first.localAddress().port, second.localAddress().port]
    await first.listen(server)
    server.close()
    await second.listen(server)
    expect([isFree('tcp', firstPort), isFree('tcp', secondPort)]).toEqual([true, false])
    await close(server)
    expect(isFree('tcp', secondPort)).toBe(true)
    expect(server.listenerCount('close')).toBe(0)
  })

  it('that already listens rejects with the error of Node, and keeps listening', async () => {
    const { server } = await listeningServer()
    await expect(bind('tcp').listen(server)).rejects.toMatchObject({ code: 'ERR_SERVER_ALREADY_LISTEN' })
    kernel.assertNothingHeld()
    expect(server.listening).toBe(true)
    await close(server)
  })

  it('rejects with EADDRINUSE when the host uses its port, and leaves nothing open', async () => {
    const socket = bind('tcp')
    const { port } = socket.localAddress()
    const intruder = createServer().listen(port, HOST)
    await once(intruder, 'listening')
    const server = createServer()
    await expect(socket.listen(server)).rejects.toMatchObject({ code: 'EADDRINUSE', port })
    kernel.assertNothingHeld()
    expect(['listening', 'error', 'close'].map((event) => server.listenerCount(event))).toEqual([0, 0, 0])
    await close(intruder)
  })

  it('gets its backlog', async () => {
    const socket = bind('tcp')
    const server = createServer()
    const listen = vi.spyOn(Server.prototype, 'listen')
    await socket.listen(server, { backlog: 7 })
    expect(listen.mock.calls).toEqual([[expect.objectContaining({ getsockname: expect.any(Function) }), 7]])
    await close(server)
  })

  it('whose class overrides listen is not asked by that method', async () => {
    class Overridden extends Server {
      override listen(): this {
        throw new Error('called')
      }
    }
    const server = new Overridden()
    await bind('tcp').listen(server)
    expect(server.listening).toBe(true)
    await close(server)
  })

  it('emits no error when listen rejects', async () => {
    const socket = bind('tcp')
    const intruder = createServer().listen(socket.localAddress().port, HOST)
    await once(intruder, 'listening')
    const server = createServer()
    const failed = vi.fn()
    server.on('error', failed)
    await expect(socket.listen(server)).rejects.toMatchObject({ code: 'EADDRINUSE', syscall: 'listen', address: HOST })
    expect(failed).not.toHaveBeenCalled()
    await close(intruder)
  })
})

describe('a datagram socket', () => {
  it.each([{ reuseAddr: false }, { reuseAddr: true }])(
    'has the options of bind, not those of createSocket: %o',
    async (asked) => {
      const { reuseAddr } = asked
      const socket = kernel.openTransport().openSocket({ protocol: 'udp' })
      socket.bind({ address: HOST, port: 0 }, asked)
      const { port } = socket.localAddress()
      const receiver = createSocket({ type: 'udp4', reuseAddr: !reuseAddr })
      await socket.adopt(receiver)
      const stranger = createSocket({ type: 'udp4', reuseAddr: true })
      const bound = once(stranger, 'listening').then(
        () => true,
        () => false,
      )
      stranger.bind(port, HOST)
      expect(await bound).toBe(reuseAddr)
      await Promise.all([close(receiver), close(stranger)])
    },
  )

  it('that a listening listener closes has freed its port', async () => {
    const socket = bind('udp')
    const { port } = socket.localAddress()
    const receiver = createSocket('udp4')
    receiver.once('listening', () => receiver.close())
    const closed = once(receiver, 'close')
    await socket.adopt(receiver)
    await closed
    expect(isFree('udp', port)).toBe(true)
  })

  it('that is closed at once frees its port', async () => {
    const socket = createSocket('udp4')
    const closed = once(socket, 'close')
    const adopting = bind('udp').adopt(socket)
    socket.close()
    await Promise.all([adopting, closed])
    kernel.assertNothingHeld()
  })

  it('that is closed during a held adopt rejects it and leaves nothing open', async () => {
    const held = kernel.faults.hold('adopt')
    const second = createSocket('udp4')
    const waiting = bind('udp').adopt(second)
    await held.pending
    second.close()
    await expect(waiting).rejects.toMatchObject({ code: 'WSA_OPERATION_ABORTED', syscall: 'adopt' })
    kernel.assertNothingHeld()
  })

  it('that is already bound or closed rejects with the error of Node, and keeps no listener', async () => {
    const taken = createSocket('udp4').bind(0, HOST)
    await once(taken, 'listening')
    const before = ['listening', 'error', 'close'].map((event) => taken.listenerCount(event))
    await expect(bind('udp').adopt(taken)).rejects.toMatchObject({ code: 'ERR_SOCKET_ALREADY_BOUND' })
    expect(['listening', 'error', 'close'].map((event) => taken.listenerCount(event))).toEqual(before)
    await close(taken)
    await expect(bind('udp').adopt(taken)).rejects.toMatchObject({ code: 'ERR_SOCKET_DGRAM_NOT_RUNNING' })
    kernel.assertNothingHeld()
  })

  it('rejects with EADDRINUSE when the host uses its port, and leaves nothing open', async () => {
    const socket = bind('udp')
    const { port } = socket.localAddress()
    const intruder = createSocket('udp4').bind(port, HOST)
    await once(intruder, 'listening')
    const receiver = createSocket('udp4')
    await expect(socket.adopt(receiver)).rejects.toMatchObject({ code: 'EADDRINUSE', port })
    kernel.assertNothingHeld()
    await Promise.all([close(intruder), close(receiver)])
  })
})

describe('datagram sockets on one port', () => {
  const SHARED = { reuseAddr: true } as const

  it.each([{}, SHARED])(
    'really share it, with any options of createSocket (%j), and each leaves it separately',
    async (made) => {
      const receivers: DatagramSocket[] = []
      let port = 0
      for (let i = 0; i < 3; i++) {
        const socket = transport.openSocket({ protocol: 'udp' })
        socket.bind({ address: HOST, port }, SHARED)
        port = socket.localAddress().port
        const receiver = createSocket({ type: 'udp4', ...made })
        await socket.adopt(receiver)
        receivers.push(receiver)
        expect(receiver.address()).toMatchObject({ address: HOST, port })
      }
      expect(kernel.inspect().sockets).toHaveLength(3)
      const sender = createSocket('udp4')
      const received = Promise.any(receivers.map((receiver) => once(receiver, 'message')))
      sender.send('ping', port, HOST)
      expect(String((await received)[0])).toBe('ping')
      for (const receiver of receivers) {
        expect(isFree('udp', port)).toBe(false)
        expect(receiver.listenerCount('close')).toBe(0)
        await close(receiver)
      }
      expect(isFree('udp', port)).toBe(true)
      await close(sender)
    },
  )

  it('reject with the EADDRINUSE of Node when the host uses the port, and leave nothing open', async () => {
    const socket = transport.openSocket({ protocol: 'udp' })
    socket.bind({ address: HOST, port: 0 }, SHARED)
    const { port } = socket.localAddress()
    const intruder = createSocket('udp4').bind(port, HOST)
    await once(intruder, 'listening')
    const receiver = createSocket('udp4')
    await expect(socket.adopt(receiver)).rejects.toMatchObject({
      message: `bind EADDRINUSE ${HOST}:${port}`,
      code: 'EADDRINUSE',
      syscall: 'bind',
      address: HOST,
      port,
    })
    kernel.assertNothingHeld()
    expect(['listening', 'error', 'close'].map((event) => receiver.listenerCount(event))).toEqual([0, 0, 0])
    await Promise.all([close(intruder), close(receiver)])
  })

  it('reject with the error of Node when one is already bound, and free the port on the host', async () => {
    const taken = createSocket('udp4').bind(0, HOST)
    await once(taken, 'listening')
    const socket = transport.openSocket({ protocol: 'udp' })
    socket.bind({ address: HOST, port: 0 }, SHARED)
    const { port } = socket.localAddress()
    await expect(socket.adopt(taken)).rejects.toMatchObject({ code: 'ERR_SOCKET_ALREADY_BOUND' })
    kernel.assertNothingHeld()
    const next = createSocket('udp4').bind(port, HOST)
    await once(next, 'listening')
    await Promise.all([close(taken), close(next)])
  })
})

if (HAS_IPV6) {
  it('ipv6Only leaves the IPv4 port to other servers and datagram sockets', async () => {
    for (const protocol of ['tcp', 'udp'] as const) {
      const [ipv6, ipv4] = (['ipv6', 'ipv4'] as const).map((family) => transport.openSocket({ protocol, family }))
      if (ipv6 === undefined || ipv4 === undefined) throw new Error('not opened')
      ipv6.bind({ address: '::', port: 0 }, { ipv6Only: true })
      const { port } = ipv6.localAddress()
      ipv4.bind({ address: '0.0.0.0', port })
      const owners: (Server | DatagramSocket)[] = []
      for (const [socket, type] of [[ipv6, 'udp6'] as const, [ipv4, 'udp4'] as const]) {
        const owner = protocol === 'tcp' ? createServer() : createSocket(type)
        await ('listen' in owner ? socket.listen(owner) : socket.adopt(owner))
        owners.push(owner)
      }
      expect(owners.map((owner) => owner.address())).toMatchObject([
        { address: '::', port },
        { address: '0.0.0.0', port },
      ])
      for (const owner of owners) await close(owner)
    }
  })
}

describe('a connection', () => {
  it('that is refused leaves nothing open', async () => {
    const { server, port } = await listeningServer()
    await close(server)
    await expect(bind('tcp').connect({ address: HOST, port })).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    kernel.assertNothingHeld()
  })

  it('that the other end closes has freed its port at its close event', async () => {
    const { server, port: remotePort } = await listeningServer()
    const socket = bind('tcp')
    const { port } = socket.localAddress()
    const connection = await socket.connect({ address: HOST, port: remotePort })
    connection.resume()
    await once(connection, 'close')
    expect(isFree('tcp', port)).toBe(true)
    await close(server)
  })

  it('that is aborted before, while held, or while connecting leaves nothing open', async () => {
    const { server, port } = await listeningServer()
    const remote = { address: HOST, port }
    const before = bind('tcp').connect(remote, { signal: AbortSignal.abort('too late') })
    await expect(before).rejects.toMatchObject({ name: 'AbortError', cause: 'too late' })

    const held = kernel.faults.hold('connect')
    const abort = new AbortController()
    const waiting = bind('tcp').connect(remote, { signal: abort.signal })
    await held.pending
    abort.abort()
    await expect(waiting).rejects.toBeInstanceOf(AbortError)

    const soon = new AbortController()
    const making = bind('tcp').connect(remote, { signal: soon.signal })
    soon.abort()
    await expect(making).rejects.toBeInstanceOf(AbortError)
    kernel.assertNothingHeld()
    await close(server)
  })

  it('with an aborted signal does not use up a fault or hold', async () => {
    const held = kernel.faults.hold('connect')
    const remote = { address: HOST, port: 1 }
    await expect(bind('tcp').connect(remote, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(AbortError)
    const waiting = bind('tcp').connect(remote)
    await held.pending
    held.fail('WSAETIMEDOUT')
    await expect(waiting).rejects.toMatchObject({ code: 'WSAETIMEDOUT' })
  })

  it('to an invalid address throws before any call and leaves the socket open', async () => {
    const socket = bind('tcp')
    await expect(socket.connect({ address: HOST, port: 65_536 })).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
    expect(kernel.inspect().sockets).toMatchObject([{ state: 'open' }])
    socket.close()
  })
})

describe('a socket that is not bound', () => {
  it('cannot be adopted: it fails with WSAEINVAL and stays open', async () => {
    const tcp = transport.openSocket({ protocol: 'tcp' })
    const udp = transport.openSocket({ protocol: 'udp' })
    const datagramSocket = createSocket('udp4')
    await expect(tcp.listen(createServer())).rejects.toMatchObject({ code: 'WSAEINVAL', syscall: 'listen' })
    await expect(udp.adopt(datagramSocket)).rejects.toMatchObject({ code: 'WSAEINVAL', syscall: 'adopt' })
    expect(kernel.inspect().sockets).toMatchObject([{ state: 'open' }, { state: 'open' }])
    for (const socket of [tcp, udp]) socket.close()
    datagramSocket.close()
  })
})

it('a socket that is associated and not bound connects from a port of the reservation', async () => {
  const server = createServer((connection) => connection.end())
  server.listen(0, HOST)
  await once(server, 'listening')
  const anchor = transport.openSocket({ protocol: 'tcp' })
  const { startPort, token } = acquire(anchor, 0, 3)
  const socket = transport.openSocket({ protocol: 'tcp' })
  associate(socket, token)
  const connection = await socket.connect({ address: HOST, port: (server.address() as AddressInfo).port })
  expect(connection.localPort).toBe(startPort)
  await close(connection)
  await close(server)
  anchor.close()
})

it('an adopted anchor keeps its reservation until Node closes it', async () => {
  const anchor = transport.openSocket({ protocol: 'tcp' })
  const { startPort, token } = acquire(anchor, 0, 3)
  associate(anchor, token)
  anchor.bind({ address: HOST, port: startPort })
  const server = createServer()
  await anchor.listen(server)
  anchor.close()
  expect(kernel.inspect().reservations).toMatchObject([{ startPort, count: 3, boundPorts: [startPort] }])
  await close(server)
  expect(kernel.inspect().reservations).toEqual([])
})

it('an adopted server survives a reboot, and its close does not change the kernel', async () => {
  const socket = bind('tcp')
  const { port } = socket.localAddress()
  const server = createHttpServer((_request, response) => response.end('served'))
  await socket.listen(server)
  kernel.reboot()
  kernel.assertNothingHeld()
  expect(await fetchBody(HOST, port)).toBe('served')
  const other = transport.openSocket({ protocol: 'tcp' })
  expect(() => acquire(other, port, 1)).toThrow(expect.objectContaining({ code: 'WSAEADDRINUSE' })) // the host's
  await close(server)
  expect(acquire(other, port, 1).startPort).toBe(port)
  other.close()
})
