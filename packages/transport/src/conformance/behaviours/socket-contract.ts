import { ok, strictEqual } from 'node:assert/strict'
import { SIO_ACQUIRE_PORT_RESERVATION } from '@winport/definitions'
import type { ConformanceTest } from '../conformance-test.js'
import { failure } from '../failure.js'

/** The interface's own promises about sockets and transports, which do not depend on the kernel. */
export const socketContractTests: readonly ConformanceTest[] = [
  {
    number: 'contract',
    source: 'contract',
    title: 'closing a socket twice has no effect, and every other call on a closed socket fails with WSAENOTSOCK',
    needs: [],
    modes: ['blocking'],
    run: async (t) => {
      const transport = await t.openTransport()
      const socket = transport.openSocket({ protocol: 'tcp' })
      socket.close()
      socket.close()
      await t.fails('WSAENOTSOCK', () => socket.bind({ address: '127.0.0.1', port: 0 }))
      await t.fails('WSAENOTSOCK', () => socket.localAddress())
      await t.fails('WSAENOTSOCK', () => socket.ioctl(SIO_ACQUIRE_PORT_RESERVATION, null, null))
      await t.fails('WSAENOTSOCK', () => socket.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, null, null))
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: '`using` closes a socket, and `await using` closes a transport',
    needs: [],
    modes: ['blocking'],
    run: async (t) => {
      const transport = await t.openTransport()
      let socket = transport.openSocket({ protocol: 'udp' })
      {
        using scoped = transport.openSocket({ protocol: 'udp' })
        socket = scoped
      }
      await t.fails('WSAENOTSOCK', () => socket.localAddress())
      {
        await using scoped = await t.openTransport()
        socket = scoped.openSocket({ protocol: 'udp' })
      }
      await t.fails('WSAENOTSOCK', () => socket.localAddress())
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: 'a closed transport has closed its sockets and opens no others, and closing it twice has no effect',
    needs: [],
    modes: ['blocking'],
    run: async (t) => {
      const transport = await t.openTransport()
      const socket = transport.openSocket({ protocol: 'tcp' })
      await transport.close()
      await transport.close()
      await t.fails('WSAENOTSOCK', () => socket.bind({ address: '127.0.0.1', port: 0 }))
      await t.fails('WSANOTINITIALISED', () => transport.openSocket({ protocol: 'tcp' }))
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: 'bind works once, and localAddress fails before it',
    needs: [],
    modes: ['blocking'],
    run: async (t) => {
      const transport = await t.openTransport()
      for (const protocol of ['tcp', 'udp'] as const) {
        const socket = transport.openSocket({ protocol })
        strictEqual(socket.protocol, protocol)
        strictEqual(socket.family, 'ipv4')
        await t.fails('WSAEINVAL', () => socket.localAddress())
        socket.bind({ address: '127.0.0.1', port: 0 })
        const local = socket.localAddress()
        strictEqual(local.address, '127.0.0.1')
        strictEqual(local.family, 'IPv4')
        ok(local.port > 0)
        const again = protocol === 'tcp' ? {} : { reuseAddr: true }
        const error = await t.fails('WSAEINVAL', () => socket.bind({ address: '127.0.0.1', port: 0 }, again))
        strictEqual(error.syscall, 'bind')
      }
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: 'bind fails with WSAEADDRINUSE on an address and port in use',
    needs: [],
    modes: ['blocking'],
    run: async (t) => {
      const transport = await t.openTransport()
      for (const protocol of ['tcp', 'udp'] as const) {
        const first = transport.openSocket({ protocol })
        first.bind({ address: '127.0.0.1', port: 0 })
        const { port } = first.localAddress()
        const second = transport.openSocket({ protocol })
        await t.fails('WSAEADDRINUSE', () => second.bind({ address: '127.0.0.1', port }))
        first.close()
        second.bind({ address: '127.0.0.1', port })
      }
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: 'the socket table lists a bound UDP socket until the socket is closed',
    needs: ['socket-table'],
    modes: ['blocking'],
    run: async (t) => {
      const transport = await t.openTransport()
      const table = transport.socketTable
      ok(table !== undefined, 'there is no socket table')
      const [socket, other] = [transport.openSocket({ protocol: 'udp' }), transport.openSocket({ protocol: 'udp' })]
      for (const opened of [socket, other]) opened.bind({ address: '127.0.0.1', port: 0 })
      const local = socket.localAddress()
      const listed = async (port?: number) =>
        (await table.read('udp', port)).filter((entry) => entry.address === '127.0.0.1' && entry.port === local.port)
      for (const entries of [await listed(local.port), await listed()]) {
        strictEqual(entries.length, 1)
        const [entry] = entries
        strictEqual(entry?.family, 'ipv4')
        strictEqual(entry?.state, 'BOUND')
        strictEqual(entry?.remote, null)
      }
      strictEqual((await listed(other.localAddress().port)).length, 0)
      socket.close()
      strictEqual((await listed(local.port)).length, 0)
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: 'arguments of the wrong type or size throw before any call is made',
    needs: [],
    modes: ['blocking'],
    run: async (t) => {
      const transport = await t.openTransport()
      const socket = transport.openSocket({ protocol: 'tcp' })
      const rejected: readonly [name: string, expected: string, call: () => unknown][] = [
        ['protocol', 'ERR_OUT_OF_RANGE', () => transport.openSocket(hostile({ protocol: 'sctp' }))],
        ['protocol', 'ERR_INVALID_ARG_TYPE', () => transport.openSocket(hostile({}))],
        ['family', 'ERR_OUT_OF_RANGE', () => transport.openSocket(hostile({ protocol: 'tcp', family: 'ipx' }))],
        ['spec', 'ERR_INVALID_ARG_TYPE', () => transport.openSocket(hostile(null))],
        ['code', 'ERR_INVALID_ARG_TYPE', () => socket.ioctl(hostile('1'), null, null)],
        ['code', 'ERR_OUT_OF_RANGE', () => socket.ioctl(-1, null, null)],
        ['code', 'ERR_OUT_OF_RANGE', () => socket.ioctl(2 ** 32, null, null)],
        ['input', 'ERR_INVALID_ARG_TYPE', () => socket.ioctl(1, hostile([1]), null)],
        ['output', 'ERR_INVALID_ARG_TYPE', () => socket.ioctl(1, null, hostile(new ArrayBuffer(4)))],
        ['code', 'ERR_OUT_OF_RANGE', () => socket.ioctlAsync(0.5, null, null)],
        ['address.port', 'ERR_OUT_OF_RANGE', () => socket.bind({ address: '127.0.0.1', port: 65_536 })],
        ['address.address', 'ERR_INVALID_ARG_TYPE', () => socket.bind(hostile({ port: 1 }))],
        ['options', 'ERR_INVALID_ARG_TYPE', () => socket.bind(anyPort, hostile(null))],
        ['options.reuseAddr', 'ERR_OUT_OF_RANGE', () => socket.bind(anyPort, { reuseAddr: true })], // TCP
        ['options.ipv6Only', 'ERR_INVALID_ARG_TYPE', () => socket.bind(anyPort, hostile({ ipv6Only: 1 }))],
        ['startPort', 'ERR_OUT_OF_RANGE', () => transport.persistent.create({ ...range, startPort: 65_536 })],
        ['count', 'ERR_INVALID_ARG_TYPE', () => transport.persistent.lookup(hostile({ ...range, count: '1' }))],
        ['count', 'ERR_OUT_OF_RANGE', () => transport.persistent.delete({ ...range, count: -1 })],
      ]
      for (const [name, code, call] of rejected) {
        const error = await failure(call)
        ok(error instanceof TypeError || error instanceof RangeError, `${name}: ${error}`)
        strictEqual('code' in error && error.code, code)
        ok(error.message.includes(name), error.message)
      }
      socket.bind(anyPort)
    },
  },
]

const anyPort = { address: '127.0.0.1', port: 0 } as const
const range = { protocol: 'tcp', startPort: 5000, count: 1 } as const

/** A value of the wrong type, as JavaScript callers pass it. */
function hostile(value: unknown): never {
  return value as never
}
