import { notStrictEqual, ok, strictEqual } from 'node:assert/strict'
import type { ConformanceContext } from '../conformance-context.js'
import { BOTH_MODES, type ConformanceTest } from '../conformance-test.js'
import { answerOf } from '../failure.js'

/** ACQUIRE: which pool, which ranges. */
export const acquireTests: readonly ConformanceTest[] = [
  {
    number: 1,
    source: 'documented',
    title: 'TCP and UDP ports are reserved separately',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const tcp = await t.acquire(transport.openSocket({ protocol: 'tcp' }), 0, 4)
      const udp = await t.acquire(transport.openSocket({ protocol: 'udp' }), tcp.startPort, 4)
      strictEqual(udp.startPort, tcp.startPort)
      notStrictEqual(udp.token, tcp.token)
    },
  },

  {
    number: 1,
    source: 'documented',
    title: 'the three codes fail with WSAEOPNOTSUPP on a socket that is neither TCP nor UDP',
    needs: ['runtime-reservations', 'other-socket'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      using socket = t.need('openOtherSocket').call(t.machine, transport)
      await t.fails('WSAEOPNOTSUPP', () => t.acquire(socket, 0, 1))
      await t.fails('WSAEOPNOTSUPP', () => t.associate(socket, 1n))
      await t.fails('WSAEOPNOTSUPP', () => t.release(socket, 1n))
    },
  },

  {
    number: 2,
    source: 'documented',
    title: 'the three codes fail with WSAENOTSOCK on a closed socket',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const socket = transport.openSocket({ protocol: 'tcp' })
      socket.close()
      await t.fails('WSAENOTSOCK', () => t.acquire(socket, 0, 1))
      await t.fails('WSAENOTSOCK', () => t.associate(socket, 1n))
      await t.fails('WSAENOTSOCK', () => t.release(socket, 1n))
    },
  },

  {
    number: 10,
    source: 'observed',
    title: 'a port that is bound for UDP can be reserved for TCP',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const tcpStart = await t.findFreeRange(transport, 'tcp', 2)
      const udp = transport.openSocket({ protocol: 'udp' })
      udp.bind({ address: '127.0.0.1', port: tcpStart })
      strictEqual((await t.acquire(transport.openSocket({ protocol: 'tcp' }), tcpStart, 2)).startPort, tcpStart)
    },
  },

  {
    number: 10,
    source: 'observed',
    title: 'an exclusion for UDP does not affect TCP',
    needs: ['runtime-reservations', 'exclusions'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const start = await t.findFreeRange(transport, 'tcp', 2)
      await t.need('addExclusion').call(t.machine, 'udp', start, 2)
      strictEqual((await t.acquire(transport.openSocket({ protocol: 'tcp' }), start, 2)).startPort, start)
    },
  },

  {
    number: 12,
    source: 'supported',
    title: 'ACQUIRE fails with WSAEINVAL for no ports and for a range past 65535',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const socket = transport.openSocket({ protocol: 'udp' })
      for (const [start, count] of [
        [0, 0],
        [50_000, 0],
        [65_535, 2],
        [65_530, 20],
        [2, 65_535],
      ] as const) {
        await t.fails('WSAEINVAL', () => t.acquire(socket, start, count))
      }
    },
  },

  {
    number: 15,
    source: 'supported',
    title: 'a wildcard takes consecutive ports, in the dynamic range or anywhere above 1023',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    observe: ['wildcardPlace'],
    run: async (t) => {
      const transport = await t.openTransport()
      let inside = true
      let starts = 0
      for (const protocol of ['tcp', 'udp'] as const) {
        for (const size of [1, 20, 64]) {
          const granted = await t.acquire(transport.openSocket({ protocol }), 0, size)
          t.note(`${protocol} ${size}: ${granted.startPort}`)
          strictEqual(granted.count, size)
          ok(granted.startPort > 1023, `starts at ${granted.startPort}`)
          ok(granted.startPort + size <= 65_536, `ends at ${granted.startPort + size - 1}`)
          inside &&= isDynamic(t, granted)
          starts |= granted.startPort
        }
      }
      t.note(`every start is a multiple of ${starts & -starts}`)
      t.expect('wildcardPlace', inside ? 'dynamic-range' : 'above-1023')
    },
  },

  {
    number: 15,
    source: 'unsettled',
    title: 'ACQUIRE of a wildcard fails if no free range satisfies it',
    needs: ['runtime-reservations'],
    without: ['posix-ports'],
    modes: BOTH_MODES,
    observe: ['wildcardRefused'],
    run: async (t) => {
      const transport = await t.openTransport()
      const acquire = (count: number) => t.acquire(transport.openSocket({ protocol: 'tcp' }), 0, count)
      const tooMany = t.machine.dynamicRange.count + 1
      if ((await answerOf(() => acquire(tooMany))) === 'success') {
        t.expect('wildcardPlace', 'above-1023')
        await t.refuses('wildcardRefused', () => acquire(65_000)) // there are 64,512 ports above 1023
      } else {
        await t.refuses('wildcardRefused', () => acquire(tooMany))
      }
    },
  },
]

function isDynamic({ machine }: ConformanceContext, granted: { startPort: number; count: number }): boolean {
  const { startPort, count } = machine.dynamicRange
  return granted.startPort >= startPort && granted.startPort + granted.count <= startPort + count
}
