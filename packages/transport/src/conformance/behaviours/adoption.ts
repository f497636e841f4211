import { strictEqual } from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { AbortError } from '../../abort-error.js'
import { failure } from '../conformance-context.js'
import { type ConformanceTest, reservationTest } from '../conformance-test.js'
import { contractTest } from './socket-contract.js'

const HOST = '127.0.0.1'

/** The interface's promises about handing sockets to Node, with real traffic. */
export const adoptionTests: readonly ConformanceTest[] = [
  contractTest('a bound socket becomes an HTTP server, and its port is free after close', async (t) => {
    const transport = await t.openTransport()
    const socket = transport.openSocket({ protocol: 'tcp' })
    socket.bind({ address: HOST, port: 0 })
    const { port } = socket.localAddress()
    const server = createServer((_request, response) => response.end('hello'))
    await socket.listen(server, { backlog: 16 })
    try {
      const address = server.address()
      strictEqual(typeof address === 'object' && address?.port, port)
      strictEqual(await get(port), 'hello')
      await t.fails('WSAENOTSOCK', () => socket.localAddress())
      socket.close() // not its business any more
      strictEqual(await get(port), 'hello')
    } finally {
      await close(server)
    }
    const again = transport.openSocket({ protocol: 'tcp' })
    again.bind({ address: HOST, port })
    strictEqual(again.localAddress().port, port)
  }),

  contractTest('a bound socket becomes a datagram socket', async (t) => {
    const transport = await t.openTransport()
    const socket = transport.openSocket({ protocol: 'udp' })
    socket.bind({ address: HOST, port: 0 })
    const { port } = socket.localAddress()
    const receiver = createSocket('udp4')
    await socket.attach(receiver)
    const sender = createSocket('udp4')
    try {
      strictEqual(receiver.address().port, port)
      const received = once(receiver, 'message')
      sender.send('ping', port, HOST)
      strictEqual(String((await received)[0]), 'ping')
      const answered = once(sender, 'message')
      receiver.send('pong', sender.address().port, HOST)
      strictEqual(String((await answered)[0]), 'pong')
    } finally {
      receiver.close()
      sender.close()
      await once(receiver, 'close')
    }
  }),

  contractTest('a bound socket becomes an outgoing connection from its port', async (t) => {
    const server = createTcpServer((connection) => {
      connection.on('error', () => {}) // the other end may be gone by now: that is the test's business, not this end's
      connection.end(String(connection.remotePort))
    })
    server.listen(0, HOST)
    await once(server, 'listening')
    try {
      const transport = await t.openTransport()
      const socket = transport.openSocket({ protocol: 'tcp' })
      socket.bind({ address: HOST, port: 0 })
      const { port } = socket.localAddress()
      const connection = await socket.connect({ address: HOST, port: portOf(server) })
      strictEqual(await text(connection), String(port))
      connection.destroy()
      await closed(connection)
    } finally {
      await close(server)
    }
  }),

  contractTest('a connection that is refused, or aborted, leaves nothing', async (t) => {
    const transport = await t.openTransport()
    const blocker = transport.openSocket({ protocol: 'tcp' })
    blocker.bind({ address: HOST, port: 0 }) // bound but not listening: refuses
    const remote = { address: HOST, port: blocker.localAddress().port }
    const open = () => {
      const socket = transport.openSocket({ protocol: 'tcp' })
      socket.bind({ address: HOST, port: 0 })
      return socket
    }
    const refused = await failure(async () => (await open().connect(remote)).destroy())
    strictEqual(refused instanceof Error && 'code' in refused && refused.code, 'ECONNREFUSED')
    const aborted = await failure(async () => (await open().connect(remote, { signal: AbortSignal.abort() })).destroy())
    strictEqual(aborted instanceof AbortError, true)
  }),

  contractTest('a server that cannot listen: the promise rejects and the socket is closed', async (t) => {
    const transport = await t.openTransport()
    const taken = createTcpServer()
    taken.listen(0, HOST)
    await once(taken, 'listening')
    try {
      const socket = transport.openSocket({ protocol: 'tcp' })
      socket.bind({ address: HOST, port: 0 })
      const { port } = socket.localAddress()
      const error = await failure(() => socket.listen(taken)) // listens already
      strictEqual(error instanceof Error && 'code' in error && error.code, 'ERR_SERVER_ALREADY_LISTEN')
      await t.fails('WSAENOTSOCK', () => socket.localAddress())
      const again = transport.openSocket({ protocol: 'tcp' })
      again.bind({ address: HOST, port })
    } finally {
      await close(taken)
    }
  }),

  contractTest('an adopted server outlives its transport', async (t) => {
    const transport = await t.openTransport()
    const socket = transport.openSocket({ protocol: 'tcp' })
    socket.bind({ address: HOST, port: 0 })
    const { port } = socket.localAddress()
    const server = createServer((_request, response) => response.end('still here'))
    await socket.listen(server)
    try {
      await transport.close()
      strictEqual(await get(port), 'still here')
    } finally {
      await close(server)
    }
  }),

  reservationTest(5, 'observed', 'a server on a port of a reservation serves, also after RELEASE', async (t) => {
    const transport = await t.openTransport()
    const anchor = transport.openSocket({ protocol: 'tcp' })
    const { startPort, token } = await t.acquire(anchor, 0, 4)
    const { socket, port } = await t.bindFrom(transport, 'tcp', token, startPort + 1)
    const server = createServer((_request, response) => response.end('reserved'))
    await socket.listen(server)
    try {
      strictEqual(await get(port), 'reserved')
      await t.release(anchor, token)
      strictEqual(await get(port), 'reserved')
      await t.fails('WSAEADDRINUSE', () => t.acquire(anchor, startPort, 4))
    } finally {
      await close(server)
    }
    strictEqual((await t.acquire(anchor, startPort, 4)).startPort, startPort)
  }),
]

async function get(port: number): Promise<string> {
  const sent = request({ host: HOST, port, agent: false }).end()
  const [response] = await once(sent, 'response')
  return await text(response)
}

async function close(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}

async function closed(connection: Socket): Promise<void> {
  if (!connection.closed) await once(connection, 'close')
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
