import { strictEqual } from 'node:assert/strict'
import { type ConformanceTest, reservationTest } from '../conformance-test.js'

/** Behaviours about who owns a reservation, and when it ends. */
export const lifetimeTests: readonly ConformanceTest[] = [
  reservationTest(3, 'documented', 'a reservation ends with the socket that it was acquired on', async (t) => {
    const transport = await t.openTransport()
    const anchor = transport.openSocket({ protocol: 'tcp' })
    const { startPort } = await t.acquire(anchor, 0, 8)
    const other = transport.openSocket({ protocol: 'tcp' })
    await t.fails('WSAEADDRINUSE', () => t.acquire(other, startPort, 8))
    anchor.close()
    strictEqual((await t.acquire(other, startPort, 8)).startPort, startPort)
  }),

  reservationTest(3, 'documented', 'any socket of the process may release it', async (t) => {
    const transport = await t.openTransport()
    const { startPort, token } = await t.acquire(transport.openSocket({ protocol: 'udp' }), 0, 8)
    const other = transport.openSocket({ protocol: 'udp' })
    await t.release(other, token)
    strictEqual((await t.acquire(other, startPort, 8)).startPort, startPort)
  }),

  reservationTest(
    3,
    'documented',
    'another process can neither consume nor release it',
    async (t) => {
      const transport = await t.openTransport()
      const { startPort, token } = await t.acquire(transport.openSocket({ protocol: 'tcp' }), 0, 8)
      await using stranger = await t.need('openProcess').call(t.machine)
      await t.fails('WSAEACCES', () => stranger.bind('tcp', startPort, token))
      await t.fails('WSAEACCES', () => stranger.release('tcp', token))
      await t.fails('WSAEADDRINUSE', () => stranger.acquire('tcp', startPort + 7, 2))
      strictEqual((await t.bindFrom(transport, 'tcp', token)).port, startPort)
    },
    ['other-process'],
  ),

  reservationTest(
    3,
    'documented',
    'the reservations of a process that dies end with its sockets',
    async (t) => {
      const transport = await t.openTransport()
      const start = await t.findFreeRange(transport, 'tcp', 8)
      await using stranger = await t.need('openProcess').call(t.machine)
      await stranger.acquire('tcp', start, 8)
      const socket = transport.openSocket({ protocol: 'tcp' })
      await t.fails('WSAEADDRINUSE', () => t.acquire(socket, start, 8))
      await stranger.kill()
      strictEqual((await t.acquire(socket, start, 8)).startPort, start)
    },
    ['other-process'],
  ),

  reservationTest(11, 'assumed', 'after RELEASE bound sockets keep their ports and the rest return', async (t) => {
    const transport = await t.openTransport()
    const anchor = transport.openSocket({ protocol: 'tcp' })
    const { startPort, token } = await t.acquire(anchor, 0, 4)
    const { socket } = await t.bindFrom(transport, 'tcp', token, startPort + 1)
    await t.release(anchor, token)
    strictEqual(socket.localAddress().port, startPort + 1)
    const other = transport.openSocket({ protocol: 'tcp' })
    await t.fails('WSAEADDRINUSE', () => t.acquire(other, startPort, 4))
    strictEqual((await t.acquire(other, startPort + 2, 2)).startPort, startPort + 2)
    socket.close()
    strictEqual((await t.acquire(other, startPort, 2)).startPort, startPort)
  }),

  reservationTest(13, 'assumed', 'ASSOCIATE or RELEASE with an unknown token: WSAEINVAL', async (t) => {
    const transport = await t.openTransport()
    const socket = transport.openSocket({ protocol: 'tcp' })
    const { token } = await t.acquire(socket, 0, 1)
    for (const unknown of [0n, token ^ 1n, 0xffff_ffff_ffff_ffffn]) {
      await t.fails('WSAEINVAL', () => t.associate(socket, unknown))
      await t.fails('WSAEINVAL', () => t.release(socket, unknown))
    }
  }),

  reservationTest(13, 'assumed', 'a token is unknown once it is released, and to the other protocol', async (t) => {
    const transport = await t.openTransport()
    const tcp = transport.openSocket({ protocol: 'tcp' })
    const udp = transport.openSocket({ protocol: 'udp' })
    const { token } = await t.acquire(tcp, 0, 2)
    await t.fails('WSAEINVAL', () => t.associate(udp, token))
    await t.fails('WSAEINVAL', () => t.release(udp, token))
    await t.release(tcp, token)
    await t.fails('WSAEINVAL', () => t.associate(tcp, token))
    await t.fails('WSAEINVAL', () => t.release(tcp, token))
  }),

  reservationTest(
    13,
    'assumed',
    "another process' runtime token: WSAEACCES",
    async (t) => {
      const transport = await t.openTransport()
      await using stranger = await t.need('openProcess').call(t.machine)
      const token = await stranger.acquire('udp', 0, 4)
      const socket = transport.openSocket({ protocol: 'udp' })
      await t.fails('WSAEACCES', () => t.associate(socket, token))
      await t.fails('WSAEACCES', () => t.release(socket, token))
    },
    ['other-process'],
  ),
]
