import { ok, strictEqual } from 'node:assert/strict'
import { BOTH_MODES, type ConformanceTest } from '../conformance-test.js'

/** ACQUIRE of ranges that overlap something. */
export const overlapTests: readonly ConformanceTest[] = [
  {
    number: 7,
    source: 'observed',
    title: 'ACQUIRE fails for a range that overlaps a runtime reservation',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    observe: ['rangeTaken'],
    run: async (t) => {
      const transport = await t.openTransport()
      const start = await t.findFreeRange(transport, 'tcp', 12)
      await t.acquire(transport.openSocket({ protocol: 'tcp' }), start + 4, 4)
      const below = transport.openSocket({ protocol: 'tcp' })
      for (const [from, count] of [
        [start + 4, 4],
        [start + 5, 2],
        [start, 5],
        [start + 7, 5],
        [start, 12],
      ] as const) {
        await t.refuses('rangeTaken', () => t.acquire(below, from, count))
      }
      strictEqual((await t.acquire(below, start, 4)).startPort, start)
      const above = transport.openSocket({ protocol: 'tcp' })
      strictEqual((await t.acquire(above, start + 8, 4)).startPort, start + 8)
    },
  },

  {
    number: 7,
    source: 'assumed',
    title: 'ACQUIRE fails for a range that overlaps a persistent reservation',
    needs: ['runtime-reservations', 'persistent-reservations'],
    modes: BOTH_MODES,
    observe: ['rangeTaken'],
    run: async (t) => {
      const transport = await t.openTransport()
      const startPort = await t.findFreeRange(transport, 'udp', 4)
      const range = { protocol: 'udp', startPort, count: 4 } as const
      await transport.persistent.create(range)
      try {
        const socket = transport.openSocket({ protocol: 'udp' })
        await t.refuses('rangeTaken', () => t.acquire(socket, startPort + 3, 1))
      } finally {
        await transport.persistent.delete(range)
      }
    },
  },

  {
    number: 7,
    source: 'observed',
    title: 'ACQUIRE fails for a range that overlaps an administered exclusion, and a wildcard avoids it',
    needs: ['runtime-reservations', 'exclusions'],
    modes: BOTH_MODES,
    observe: ['rangeTaken'],
    run: async (t) => {
      const transport = await t.openTransport()
      const start = await t.findFreeRange(transport, 'udp', 10)
      await t.need('addExclusion').call(t.machine, 'udp', start + 2, 4)
      const socket = transport.openSocket({ protocol: 'udp' })
      await t.refuses('rangeTaken', () => t.acquire(socket, start, 10))
      await t.refuses('rangeTaken', () => t.acquire(socket, start + 5, 1))
      const wildcard = await t.acquire(socket, 0, 8)
      ok(wildcard.startPort >= start + 6 || wildcard.startPort + 8 <= start + 2, 'the wildcard avoids the exclusion')
    },
  },

  {
    number: 7,
    source: 'observed',
    title: 'bind to a port of an administered exclusion succeeds',
    needs: ['runtime-reservations', 'exclusions'],
    modes: ['blocking'],
    run: async (t) => {
      const transport = await t.openTransport()
      const start = await t.findFreeRange(transport, 'tcp', 4)
      await t.need('addExclusion').call(t.machine, 'tcp', start, 4)
      const socket = transport.openSocket({ protocol: 'tcp' })
      socket.bind({ address: '127.0.0.1', port: start + 1 })
      strictEqual(socket.localAddress().port, start + 1)
    },
  },

  {
    number: 8,
    source: 'observed',
    title: 'ACQUIRE fails for a range that holds a bound port',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    observe: ['rangeTaken'],
    run: async (t) => {
      const transport = await t.openTransport()
      const start = await t.findFreeRange(transport, 'tcp', 4)
      const bound = transport.openSocket({ protocol: 'tcp' })
      bound.bind({ address: '127.0.0.1', port: start + 2 })
      const anchor = transport.openSocket({ protocol: 'tcp' })
      await t.refuses('rangeTaken', () => t.acquire(anchor, start, 4))
      bound.close()
      strictEqual((await t.acquire(anchor, start, 4)).startPort, start)
    },
  },
]
