import { notStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { once } from 'node:events'
import { SystemCallError } from '../../system-call-error.js'
import type { Transport } from '../../transport.js'
import type { BindOptions, WinsockSocket } from '../../winsock-socket.js'
import { BOTH_MODES, type ConformanceTest } from '../conformance-test.js'
import { failure } from '../failure.js'

const HOST = '127.0.0.1'
const ANY = '0.0.0.0'
const SHARED: BindOptions = { reuseAddr: true }
const EXCLUSIVE: BindOptions = { exclusiveAddressUse: true }

/** Several sockets on one port. */
export const sharedPortTests: readonly ConformanceTest[] = [
  {
    number: 5,
    source: 'assumed',
    title: 'UDP sockets share a port of the block only if all of them ask for reuseAddr',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const { startPort, token } = await t.serve(transport, 'udp', 4)
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
        await t.refuses('blockPortInUse', () => single.bind({ address: HOST, port }))
        socket.close()
      }
      single.bind({ address: HOST, port })
      await t.fails(['WSAEACCES', 'WSAEADDRINUSE'], () => late.bind({ address: HOST, port }, SHARED))
    },
  },

  // The table in Microsoft's page on SO_REUSEADDR, for two sockets of one user.
  {
    number: 5,
    source: 'documented',
    title:
      'UDP sockets share any other port too only if all of them ask, else bind fails with WSAEADDRINUSE or WSAEACCES',
    needs: ['runtime-reservations'],
    modes: ['blocking'],
    run: async (t) => {
      const transport = await t.openTransport()
      const [shared, single, late] = openThree(transport)
      shared.bind({ address: HOST, port: 0 }, SHARED)
      await t.fails('WSAEADDRINUSE', () => single.bind({ address: HOST, port: shared.localAddress().port }))
      single.bind({ address: HOST, port: 0 })
      await t.fails('WSAEACCES', () => late.bind({ address: HOST, port: single.localAddress().port }, SHARED))
      late.bind({ address: HOST, port: shared.localAddress().port }, SHARED)
    },
  },

  ...(['tcp', 'udp'] as const).map(
    (protocol): ConformanceTest => ({
      number: 5,
      source: 'documented',
      title: `no other ${protocol.toUpperCase()} socket takes a port beside an exclusive wildcard address`,
      needs: ['runtime-reservations'],
      without: ['posix-ports'],
      modes: ['blocking'],
      run: async (t) => {
        const transport = await t.openTransport()
        const first = transport.openSocket({ protocol })
        const second = transport.openSocket({ protocol })
        first.bind({ address: ANY, port: 0 }, EXCLUSIVE)
        const { port } = first.localAddress()
        for (const options of [{}, EXCLUSIVE]) {
          await t.fails('WSAEADDRINUSE', () => second.bind({ address: ANY, port }, options))
          await t.fails('WSAEACCES', () => second.bind({ address: HOST, port }, options))
        }
        if (protocol === 'udp') {
          for (const address of [ANY, HOST]) await t.fails('WSAEACCES', () => second.bind({ address, port }, SHARED))
        }
        first.close()
        second.bind({ address: HOST, port })
      },
    }),
  ),

  {
    number: 4,
    source: 'assumed',
    title: 'bind with port 0 takes no port that is in use, even with reuseAddr',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const { token } = await t.serve(transport, 'udp', 2)
      const [first, second, third] = openThree(transport)
      for (const socket of [first, second, third]) await t.associate(socket, token)
      first.bind({ address: HOST, port: 0 }, SHARED)
      second.bind({ address: HOST, port: 0 }, SHARED)
      notStrictEqual(first.localAddress().port, second.localAddress().port)
      await t.refuses('blockExhausted', () => third.bind({ address: HOST, port: 0 }, SHARED))
    },
  },

  {
    number: 9,
    source: 'assumed',
    title: 'bind to a reserved port fails without ASSOCIATE, even with reuseAddr',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const { startPort, token } = await t.serve(transport, 'udp', 2)
      const [inside, stranger] = openThree(transport)
      await t.associate(inside, token)
      inside.bind({ address: HOST, port: startPort }, SHARED)
      for (const port of [startPort, startPort + 1]) {
        // As on any port that another socket has without reuseAddr.
        await t.fails(['WSAEACCES', 'WSAEADDRINUSE'], () => stranger.bind({ address: HOST, port }, SHARED))
      }
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: 'UDP sockets share a port if all of them ask for reuseAddr, and a failed bind leaves no option set',
    needs: [],
    modes: ['blocking'],
    run: async (t) => {
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
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: 'datagram sockets can share a port, and one that is open receives each datagram',
    needs: [],
    modes: ['blocking'],
    run: async (t) => {
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
          await socket.adopt(receiver)
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
    },
  },
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
