import { notStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { loopback } from '../conformance-context.js'
import { type ConformanceTest, reservationTest } from '../conformance-test.js'

/** Behaviours of ACQUIRE: which pool, which ranges. */
export const acquireTests: readonly ConformanceTest[] = [
  reservationTest(1, 'documented', 'TCP and UDP are reserved apart', async (t) => {
    const transport = await t.openTransport()
    const tcp = await t.acquire(transport.openSocket({ protocol: 'tcp' }), 0, 4)
    const udp = await t.acquire(transport.openSocket({ protocol: 'udp' }), tcp.startPort, 4)
    strictEqual(udp.startPort, tcp.startPort)
    notStrictEqual(udp.token, tcp.token)
  }),

  reservationTest(
    1,
    'documented',
    'a socket that is neither TCP nor UDP: WSAEOPNOTSUPP',
    async (t) => {
      const transport = await t.openTransport()
      using socket = t.need('openOtherSocket').call(t.machine, transport)
      await t.fails('WSAEOPNOTSUPP', () => t.acquire(socket, 0, 1))
      await t.fails('WSAEOPNOTSUPP', () => t.associate(socket, 1n))
      await t.fails('WSAEOPNOTSUPP', () => t.release(socket, 1n))
    },
    ['other-socket'],
  ),

  reservationTest(2, 'documented', 'not a socket: WSAENOTSOCK', async (t) => {
    const transport = await t.openTransport()
    const socket = transport.openSocket({ protocol: 'tcp' })
    socket.close()
    await t.fails('WSAENOTSOCK', () => t.acquire(socket, 0, 1))
    await t.fails('WSAENOTSOCK', () => t.associate(socket, 1n))
    await t.fails('WSAENOTSOCK', () => t.release(socket, 1n))
  }),

  reservationTest(8, 'observed', 'a range that holds a bound port: WSAEADDRINUSE', async (t) => {
    const transport = await t.openTransport()
    const start = await t.findFreeRange(transport, 'tcp', 4)
    const bound = transport.openSocket({ protocol: 'tcp' })
    bound.bind({ address: '127.0.0.1', port: start + 2 })
    const anchor = transport.openSocket({ protocol: 'tcp' })
    await t.fails('WSAEADDRINUSE', () => t.acquire(anchor, start, 4))
    bound.close()
    strictEqual((await t.acquire(anchor, start, 4)).startPort, start)
  }),

  reservationTest(10, 'observed', 'a port that is bound for UDP may be reserved for TCP', async (t) => {
    const transport = await t.openTransport()
    const tcpStart = await t.findFreeRange(transport, 'tcp', 2)
    const udp = transport.openSocket({ protocol: 'udp' })
    udp.bind({ address: '127.0.0.1', port: tcpStart })
    strictEqual((await t.acquire(transport.openSocket({ protocol: 'tcp' }), tcpStart, 2)).startPort, tcpStart)
  }),

  reservationTest(
    10,
    'observed',
    'an exclusion for UDP does not keep TCP out',
    async (t) => {
      const transport = await t.openTransport()
      const start = await t.findFreeRange(transport, 'tcp', 2)
      await t.need('addExclusion').call(t.machine, 'udp', start, 2)
      strictEqual((await t.acquire(transport.openSocket({ protocol: 'tcp' }), start, 2)).startPort, start)
    },
    ['exclusions'],
  ),

  reservationTest(12, 'assumed', 'no ports, or a range past 65535: WSAEINVAL', async (t) => {
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
  }),

  reservationTest(15, 'assumed', 'a wildcard is consecutive and stays inside the dynamic range', async (t) => {
    const { startPort, count } = t.machine.dynamicRange
    const transport = await t.openTransport()
    for (const protocol of ['tcp', 'udp'] as const) {
      for (const size of [1, 20, 64]) {
        const granted = await t.acquire(transport.openSocket({ protocol }), 0, size)
        t.observe(`${protocol} ${size}: ${granted.startPort}`)
        strictEqual(granted.count, size)
        ok(granted.startPort >= startPort, 'starts inside')
        ok(granted.startPort + size <= startPort + count, 'ends inside')
      }
    }
  }),

  reservationTest(15, 'assumed', 'a wildcard that nothing can satisfy: WSAEADDRINUSE', async (t) => {
    const transport = await t.openTransport()
    const socket = transport.openSocket({ protocol: 'tcp' })
    await t.fails('WSAEADDRINUSE', () => t.acquire(socket, 0, t.machine.dynamicRange.count + 1))
  }),

  reservationTest(
    19,
    'assumed',
    'IPv4 and IPv6 sockets share one pool',
    async (t) => {
      const transport = await t.openTransport()
      const { startPort, token } = await t.acquire(transport.openSocket({ protocol: 'tcp', family: 'ipv6' }), 0, 4)
      const other = transport.openSocket({ protocol: 'tcp', family: 'ipv4' })
      await t.fails('WSAEADDRINUSE', () => t.acquire(other, startPort, 4))
      for (const family of ['ipv4', 'ipv6'] as const) {
        strictEqual((await t.bindFrom(transport, 'tcp', token, startPort + 1, family)).port, startPort + 1)
        const stranger = transport.openSocket({ protocol: 'tcp', family })
        await t.fails('WSAEACCES', () => stranger.bind({ address: loopback(family), port: startPort }))
      }
    },
    ['ipv6'],
  ),
]
