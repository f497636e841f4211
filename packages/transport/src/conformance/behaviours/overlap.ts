import { ok, strictEqual } from 'node:assert/strict'
import { type ConformanceTest, reservationTest } from '../conformance-test.js'

/** Behaviours of ranges that overlap something that is there already. */
export const overlapTests: readonly ConformanceTest[] = [
  reservationTest(7, 'assumed', 'overlap with a runtime reservation: WSAEADDRINUSE', async (t) => {
    const transport = await t.openTransport()
    const start = await t.findFreeRange(transport, 'tcp', 12)
    await t.acquire(transport.openSocket({ protocol: 'tcp' }), start + 4, 4)
    const socket = transport.openSocket({ protocol: 'tcp' })
    for (const [from, count] of [
      [start + 4, 4],
      [start + 5, 2],
      [start, 5],
      [start + 7, 5],
      [start, 12],
    ] as const) {
      await t.fails('WSAEADDRINUSE', () => t.acquire(socket, from, count))
    }
    strictEqual((await t.acquire(socket, start, 4)).startPort, start)
    strictEqual((await t.acquire(socket, start + 8, 4)).startPort, start + 8)
  }),

  reservationTest(
    7,
    'assumed',
    'overlap with a persistent reservation: WSAEADDRINUSE',
    async (t) => {
      const transport = await t.openTransport()
      const startPort = await t.findFreeRange(transport, 'udp', 4)
      const range = { protocol: 'udp', startPort, count: 4 } as const
      await transport.persistent.create(range)
      try {
        const socket = transport.openSocket({ protocol: 'udp' })
        await t.fails('WSAEADDRINUSE', () => t.acquire(socket, startPort + 3, 1))
      } finally {
        await transport.persistent.delete(range)
      }
    },
    ['persistent-reservations'],
  ),

  reservationTest(
    7,
    'observed',
    'overlap with an administered exclusion: WSAEADDRINUSE',
    async (t) => {
      const transport = await t.openTransport()
      const start = await t.findFreeRange(transport, 'udp', 10)
      await t.need('addExclusion').call(t.machine, 'udp', start + 2, 4)
      const socket = transport.openSocket({ protocol: 'udp' })
      await t.fails('WSAEADDRINUSE', () => t.acquire(socket, start, 10))
      await t.fails('WSAEADDRINUSE', () => t.acquire(socket, start + 5, 1))
      const wildcard = await t.acquire(socket, 0, 8)
      ok(wildcard.startPort >= start + 6 || wildcard.startPort + 8 <= start + 2, 'a wildcard avoids it')
    },
    ['exclusions'],
  ),

  reservationTest(
    7,
    'observed',
    'a plain bind to an administered exclusion still succeeds',
    async (t) => {
      const transport = await t.openTransport()
      const start = await t.findFreeRange(transport, 'tcp', 4)
      await t.need('addExclusion').call(t.machine, 'tcp', start, 4)
      const socket = transport.openSocket({ protocol: 'tcp' })
      socket.bind({ address: '127.0.0.1', port: start + 1 })
      strictEqual(socket.localAddress().port, start + 1)
    },
    ['exclusions'],
  ),
]
