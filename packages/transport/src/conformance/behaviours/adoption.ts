import { strictEqual } from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { AbortError } from '../../abort-error.js'
import { interceptBind } from '../../adoption/intercept-bind.js'
import { interceptListen } from '../../adoption/intercept-listen.js'
import { newServerHandle } from '../../adoption/node-handle.js'
import { BOTH_MODES, type ConformanceTest } from '../conformance-test.js'
import { failure } from '../failure.js'

const HOST = '127.0.0.1'

/** Handing sockets to Node, with real traffic. */
export const adoptionTests: readonly ConformanceTest[] = [
  {
    number: 'contract',
    source: 'contract',
    title: 'a bound socket becomes an HTTP server, and its port is free after the server closes',
    needs: [],
    modes: ['blocking'],
    run: async (t) => {
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
        socket.close() // has no effect on an adopted socket
        strictEqual(await get(port), 'hello')
      } finally {
        await close(server)
      }
      const again = transport.openSocket({ protocol: 'tcp' })
      again.bind({ address: HOST, port })
      strictEqual(again.localAddress().port, port)
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: 'a bound socket becomes a datagram socket',
    needs: [],
    modes: ['blocking'],
    run: async (t) => {
      const transport = await t.openTransport()
      const socket = transport.openSocket({ protocol: 'udp' })
      socket.bind({ address: HOST, port: 0 })
      const { port } = socket.localAddress()
      const receiver = createSocket('udp4')
      await socket.adopt(receiver)
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
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: 'adoptInto hands a bound socket to a server while the server calls listen',
    needs: [],
    modes: ['blocking'],
    run: async (t) => {
      const transport = await t.openTransport()
      const socket = transport.openSocket({ protocol: 'tcp' })
      await t.fails('WSAEINVAL', () => socket.adoptInto(newServerHandle())) // not bound
      socket.bind({ address: HOST, port: 0 })
      const local = socket.localAddress()
      const server = createServer((_request, response) => response.end('at once'))
      interceptListen(server, () => {
        const handle = newServerHandle()
        socket.adoptInto(handle)
        return { handle, local }
      })
      server.listen(0)
      try {
        strictEqual(portOf(server), local.port)
        await once(server, 'listening')
        strictEqual(await get(local.port), 'at once')
        await t.fails('WSAENOTSOCK', () => socket.localAddress())
        await t.fails('WSAENOTSOCK', () => socket.adoptInto(newServerHandle()))
      } finally {
        await close(server)
      }
      const again = transport.openSocket({ protocol: 'tcp' })
      again.bind({ address: HOST, port: local.port })
      strictEqual(again.localAddress().port, local.port)
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: 'adoptInto hands a bound socket to a datagram socket while that calls bind',
    needs: [],
    modes: ['blocking'],
    run: async (t) => {
      const transport = await t.openTransport()
      const socket = transport.openSocket({ protocol: 'udp' })
      socket.bind({ address: HOST, port: 0 })
      const { port } = socket.localAddress()
      const receiver = createSocket('udp4')
      interceptBind(receiver, (_request, handle) => socket.adoptInto(handle))
      receiver.bind()
      const sender = createSocket('udp4')
      try {
        await once(receiver, 'listening')
        strictEqual(receiver.address().port, port)
        const received = once(receiver, 'message')
        sender.send('ping', port, HOST)
        strictEqual(String((await received)[0]), 'ping')
      } finally {
        receiver.close()
        sender.close()
        await once(receiver, 'close')
      }
      const again = transport.openSocket({ protocol: 'udp' })
      again.bind({ address: HOST, port })
      strictEqual(again.localAddress().port, port)
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: 'a bound socket becomes an outgoing connection from its port',
    needs: [],
    modes: ['blocking'],
    run: async (t) => {
      const server = createTcpServer((connection) => {
        connection.on('error', () => {}) // the client may have closed its end already
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
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: 'a connection that is refused or aborted leaves nothing open',
    needs: [],
    modes: ['blocking'],
    run: async (t) => {
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
      const aborted = await failure(async () =>
        (await open().connect(remote, { signal: AbortSignal.abort() })).destroy(),
      )
      strictEqual(aborted instanceof AbortError, true)
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: 'listen rejects and closes the socket if the server cannot listen',
    needs: [],
    modes: ['blocking'],
    run: async (t) => {
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
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: 'an adopted server outlives its transport',
    needs: [],
    modes: ['blocking'],
    run: async (t) => {
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
    },
  },

  {
    number: 5,
    source: 'observed',
    title: 'a server on a port of the block serves, also after RELEASE',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const { anchor, startPort, token } = await t.serve(transport, 'tcp', 4)
      const { socket, port } = await t.bindFrom(transport, 'tcp', token, startPort + 1)
      const server = createServer((_request, response) => response.end('reserved'))
      await socket.listen(server)
      const other = transport.openSocket({ protocol: 'tcp' })
      try {
        strictEqual(await get(port), 'reserved')
        await t.end(anchor, token)
        strictEqual(await get(port), 'reserved')
        await t.refuses('rangeTaken', () => t.acquire(other, startPort, 4))
      } finally {
        await close(server)
      }
      strictEqual((await t.acquire(other, startPort, 4)).startPort, startPort)
    },
  },
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
