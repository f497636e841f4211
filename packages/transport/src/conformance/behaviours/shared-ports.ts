import { notStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { once } from 'node:events'
import { SystemCallError } from '../../system-call-error.js'
import type { Transport } from '../../transport.js'
import type { BindOptions, WinsockSocket } from '../../winsock-socket.js'
import { failure } from '../conformance-context.js'
import { type ConformanceTest, reservationTest } from '../conformance-test.js'
import { contractTest } from './socket-contract.js'

const HOST = '127.0.0.1'
const SHARED: BindOptions = { reuseAddr: true }

/** Behaviours of several UDP sockets on one port. */
export const sharedPortTests: readonly ConformanceTest[] = [
  reservationTest(5, 'assumed', 'sockets that all ask for reuseAddr share a port of the reservation', async (t) => {
    const transport = await t.openTransport()
    const { startPort, token } = await t.acquire(transport.openSocket({ protocol: 'udp' }), 0, 4)
    const port = startPort + 2
    const sockets = openThree(transport)
    for (const socket of sockets) {
      await t.associate(socket, token)
      socket.bind({ address: HOST, port }, SHARED)
      strictEqual(socket.localAddress().port, port)
    }
    const [single, late] = openThree(transport)
    await t.associate(single, token)
    await t.associate(late, token)
    for (const socket of sockets) {
      await t.fails('WSAEADDRINUSE', () => single.bind({ address: HOST, port }))
      socket.close()
    }
    single.bind({ address: HOST, port })
    await t.fails('WSAEACCES', () => late.bind({ address: HOST, port }, SHARED))
  }),

  // Windows' table has both calls made by one user.
  reservationTest(
    5,
    'documented',
    'elsewhere too: else WSAEADDRINUSE, and WSAEACCES if only the later one asks',
    async (t) => {
      const transport = await t.openTransport()
      const [shared, single, late] = openThree(transport)
      shared.bind({ address: HOST, port: 0 }, SHARED)
      await t.fails('WSAEADDRINUSE', () => single.bind({ address: HOST, port: shared.localAddress().port }))
      single.bind({ address: HOST, port: 0 })
      await t.fails('WSAEACCES', () => late.bind({ address: HOST, port: single.localAddress().port }, SHARED))
      late.bind({ address: HOST, port: shared.localAddress().port }, SHARED)
    },
  ),

  reservationTest(4, 'assumed', 'bind with port 0 takes no port that is in use, reuseAddr or not', async (t) => {
    const transport = await t.openTransport()
    const { token } = await t.acquire(transport.openSocket({ protocol: 'udp' }), 0, 2)
    const [first, second, third] = openThree(transport)
    for (const socket of [first, second, third]) await t.associate(socket, token)
    first.bind({ address: HOST, port: 0 }, SHARED)
    second.bind({ address: HOST, port: 0 }, SHARED)
    notStrictEqual(first.localAddress().port, second.localAddress().port)
    await t.fails('WSAEADDRINUSE', () => third.bind({ address: HOST, port: 0 }, SHARED))
  }),

  reservationTest(9, 'assumed', 'reuseAddr opens no reserved port without ASSOCIATE: WSAEACCES', async (t) => {
    const transport = await t.openTransport()
    const { startPort, token } = await t.acquire(transport.openSocket({ protocol: 'udp' }), 0, 2)
    const [inside, stranger] = openThree(transport)
    await t.associate(inside, token)
    inside.bind({ address: HOST, port: startPort }, SHARED)
    for (const port of [startPort, startPort + 1]) {
      await t.fails('WSAEACCES', () => stranger.bind({ address: HOST, port }, SHARED))
    }
  }),

  contractTest('UDP sockets that all ask for reuseAddr share a port; what failed asked for is forgotten', async (t) => {
    const transport = await t.openTransport()
    const [first, second, third] = openThree(transport)
    first.bind({ address: HOST, port: 0 }, SHARED)
    const { port } = first.localAddress()
    second.bind({ address: HOST, port }, SHARED)
    strictEqual(second.localAddress().port, port)
    await t.fails('WSAEADDRINUSE', () => third.bind({ address: HOST, port }, { reuseAddr: false }))
    third.bind({ address: HOST, port }, SHARED)

    const [taken, again, late] = openThree(transport)
    taken.bind({ address: HOST, port: 0 })
    const join = (socket: WinsockSocket, other: WinsockSocket) =>
      failure(() => socket.bind({ address: HOST, port: other.localAddress().port }, SHARED))
    ok((await join(again, taken)) instanceof SystemCallError)
    again.bind({ address: HOST, port: 0 })
    ok((await join(late, again)) instanceof SystemCallError)
  }),

  contractTest('sockets on one port become datagram sockets on it: whichever is open receives', async (t) => {
    const transport = await t.openTransport()
    const receivers: DatagramSocket[] = []
    const sender = createSocket('udp4')
    try {
      let port = 0
      for (let i = 0; i < 2; i++) {
        const socket = transport.openSocket({ protocol: 'udp' })
        socket.bind({ address: HOST, port }, SHARED)
        port = socket.localAddress().port
        const receiver = createSocket('udp4')
        await socket.attach(receiver)
        receivers.push(receiver)
        strictEqual(receiver.address().port, port)
      }
      while (receivers.length > 0) {
        const received = Promise.any(receivers.map((receiver) => once(receiver, 'message')))
        sender.send('ping', port, HOST)
        strictEqual(String((await received)[0]), 'ping')
        await close(receivers.pop())
      }
      transport.openSocket({ protocol: 'udp' }).bind({ address: HOST, port })
    } finally {
      for (const socket of [sender, ...receivers]) await close(socket)
    }
  }),
]

function openThree(transport: Transport): readonly [WinsockSocket, WinsockSocket, WinsockSocket] {
  const open = () => transport.openSocket({ protocol: 'udp' })
  return [open(), open(), open()]
}

async function close(socket: DatagramSocket | undefined): Promise<void> {
  if (socket === undefined) return
  socket.close()
  await once(socket, 'close')
}
