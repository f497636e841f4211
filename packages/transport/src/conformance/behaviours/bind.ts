import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { SystemCallError } from '../../system-call-error.js'
import { failure } from '../conformance-context.js'
import { type ConformanceTest, reservationTest } from '../conformance-test.js'

/** Behaviours of ASSOCIATE, and of bind with and without it. */
export const bindTests: readonly ConformanceTest[] = [
  reservationTest(4, 'documented', 'bind with port 0 takes a port of the associated reservation', async (t) => {
    for (const protocol of ['tcp', 'udp'] as const) {
      const transport = await t.openTransport()
      const { startPort, token } = await t.acquire(transport.openSocket({ protocol }), 0, 8)
      const ports = new Set<number>()
      for (let i = 0; i < 8; i++) ports.add((await t.bindFrom(transport, protocol, token)).port)
      const all = [...ports].sort((a, b) => a - b)
      deepStrictEqual(
        all,
        Array.from({ length: 8 }, (_, i) => startPort + i),
      )
    }
  }),

  reservationTest(
    4,
    'documented',
    'bind with port 0 fails when none is left, and works once one is closed',
    async (t) => {
      const transport = await t.openTransport()
      const { startPort, token } = await t.acquire(transport.openSocket({ protocol: 'tcp' }), 0, 2)
      const first = await t.bindFrom(transport, 'tcp', token)
      await t.bindFrom(transport, 'tcp', token)
      ok((await failure(() => t.bindFrom(transport, 'tcp', token))) instanceof SystemCallError)
      first.socket.close()
      strictEqual((await t.bindFrom(transport, 'tcp', token)).port, startPort)
    },
  ),

  reservationTest(4, 'assumed', 'that failure is WSAEADDRINUSE', async (t) => {
    const transport = await t.openTransport()
    const { token } = await t.acquire(transport.openSocket({ protocol: 'udp' }), 0, 1)
    await t.bindFrom(transport, 'udp', token)
    await t.fails('WSAEADDRINUSE', () => t.bindFrom(transport, 'udp', token))
  }),

  reservationTest(4, 'documented', 'ASSOCIATE must come before bind', async (t) => {
    const transport = await t.openTransport()
    const { token } = await t.acquire(transport.openSocket({ protocol: 'tcp' }), 0, 2)
    const bound = transport.openSocket({ protocol: 'tcp' })
    bound.bind({ address: '127.0.0.1', port: 0 })
    ok((await failure(() => t.associate(bound, token))) instanceof SystemCallError)
  }),

  reservationTest(5, 'observed', 'bind to a specific port inside the reservation works after ASSOCIATE', async (t) => {
    const transport = await t.openTransport()
    const { startPort, token } = await t.acquire(transport.openSocket({ protocol: 'tcp' }), 0, 4)
    for (const port of [startPort + 3, startPort]) {
      strictEqual((await t.bindFrom(transport, 'tcp', token, port)).port, port)
    }
    await t.fails('WSAEADDRINUSE', () => t.bindFrom(transport, 'tcp', token, startPort))
  }),

  reservationTest(5, 'observed', 'several sockets may be associated with one reservation', async (t) => {
    const transport = await t.openTransport()
    const { token } = await t.acquire(transport.openSocket({ protocol: 'udp' }), 0, 3)
    const sockets = [1, 2, 3].map(() => transport.openSocket({ protocol: 'udp' }))
    for (const socket of sockets) await t.associate(socket, token)
    for (const socket of sockets) socket.bind({ address: '127.0.0.1', port: 0 })
    strictEqual(new Set(sockets.map((socket) => socket.localAddress().port)).size, 3)
  }),

  reservationTest(5, 'observed', 'the acquiring socket may associate with its own reservation', async (t) => {
    const transport = await t.openTransport()
    const anchor = transport.openSocket({ protocol: 'udp' })
    const { startPort, token } = await t.acquire(anchor, 0, 2)
    await t.associate(anchor, token)
    anchor.bind({ address: '127.0.0.1', port: startPort + 1 })
    strictEqual(anchor.localAddress().port, startPort + 1)
  }),

  reservationTest(
    6,
    'assumed',
    'bind to a port outside the reservation after ASSOCIATE: WSAEADDRNOTAVAIL',
    async (t) => {
      const transport = await t.openTransport()
      const start = await t.findFreeRange(transport, 'tcp', 4)
      const { token } = await t.acquire(transport.openSocket({ protocol: 'tcp' }), start + 1, 2)
      await t.fails('WSAEADDRNOTAVAIL', () => t.bindFrom(transport, 'tcp', token, start))
      await t.fails('WSAEADDRNOTAVAIL', () => t.bindFrom(transport, 'tcp', token, start + 3))
    },
  ),

  reservationTest(
    9,
    'observed',
    'bind to a reserved port without ASSOCIATE: WSAEACCES, Node says EACCES',
    async (t) => {
      const transport = await t.openTransport()
      const { startPort } = await t.acquire(transport.openSocket({ protocol: 'tcp' }), 0, 3)
      const socket = transport.openSocket({ protocol: 'tcp' })
      for (let port = startPort; port < startPort + 3; port++) {
        const error = await t.fails('WSAEACCES', () => socket.bind({ address: '127.0.0.1', port }))
        strictEqual(error.nodeCode, 'EACCES')
      }
    },
  ),

  reservationTest(
    9,
    'observed',
    'from another process too',
    async (t) => {
      const transport = await t.openTransport()
      const { startPort } = await t.acquire(transport.openSocket({ protocol: 'tcp' }), 0, 3)
      await using stranger = await t.need('openProcess').call(t.machine)
      await t.fails('WSAEACCES', () => stranger.bind('tcp', startPort + 1))
    },
    ['other-process'],
  ),

  reservationTest(9, 'observed', 'the ephemeral allocator skips reserved ports', async (t) => {
    const transport = await t.openTransport()
    for (const protocol of ['tcp', 'udp'] as const) {
      const { startPort, count } = await t.acquire(transport.openSocket({ protocol }), 0, 512)
      for (let i = 0; i < 128; i++) {
        const socket = transport.openSocket({ protocol })
        socket.bind({ address: '127.0.0.1', port: 0 })
        const { port } = socket.localAddress()
        ok(port !== 0 && (port < startPort || port >= startPort + count), `${port} is reserved`)
      }
    }
  }),

  reservationTest(13, 'assumed', 'ASSOCIATE on a bound socket: WSAEINVAL', async (t) => {
    const transport = await t.openTransport()
    const { token } = await t.acquire(transport.openSocket({ protocol: 'udp' }), 0, 2)
    const { socket } = await t.bindFrom(transport, 'udp', token)
    await t.fails('WSAEINVAL', () => t.associate(socket, token))
  }),
]
