import { ok, strictEqual } from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Protocol } from '../../port-range.js'
import type { Transport } from '../../transport.js'
import type { BindOptions, WinsockSocket } from '../../winsock-socket.js'
import { failure } from '../conformance-context.js'
import { type ConformanceTest, reservationTest } from '../conformance-test.js'
import { contractTest } from './socket-contract.js'

const IPV6_ONLY: BindOptions = { ipv6Only: true }

/** Behaviours of IPv6 sockets that take IPv4 as well, and of those that do not. */
export const dualStackTests: readonly ConformanceTest[] = [
  reservationTest(
    19,
    'assumed',
    "'::' with ipv6Only and '0.0.0.0' share a port of a reservation, without it they do not",
    async (t) => {
      const transport = await t.openTransport()
      for (const protocol of ['tcp', 'udp'] as const) {
        const { startPort, token } = await t.acquire(transport.openSocket({ protocol }), 0, 3)
        const [only, beside, dual, late] = openEach(transport, protocol)
        for (const socket of [only, beside, dual, late]) await t.associate(socket, token)
        only.bind({ address: '::', port: startPort + 1 }, IPV6_ONLY)
        beside.bind({ address: '0.0.0.0', port: startPort + 1 })
        strictEqual(beside.localAddress().port, only.localAddress().port)
        await t.fails('WSAEADDRINUSE', () => dual.bind({ address: '::', port: startPort + 1 }))
        dual.bind({ address: '::', port: startPort })
        await t.fails('WSAEADDRINUSE', () => late.bind({ address: '0.0.0.0', port: startPort }))
      }
    },
    ['ipv6'],
  ),

  contractTest(
    'bind and localAddress with IPv6: as with IPv4',
    async (t) => {
      const transport = await t.openTransport()
      for (const protocol of ['tcp', 'udp'] as const) {
        const socket = transport.openSocket({ protocol, family: 'ipv6' })
        strictEqual(socket.family, 'ipv6')
        await t.fails('WSAEINVAL', () => socket.localAddress())
        socket.bind({ address: '::1', port: 0 })
        const local = socket.localAddress()
        strictEqual(local.address, '::1')
        strictEqual(local.family, 'IPv6')
        ok(local.port > 0)
        for (const options of [{}, IPV6_ONLY]) {
          const error = await t.fails('WSAEINVAL', () => socket.bind({ address: '::1', port: 0 }, options))
          strictEqual(error.syscall, 'bind')
        }
      }
    },
    ['ipv6'],
  ),

  contractTest(
    "'::' takes the port of '0.0.0.0' as well, unless ipv6Only; what failed asked for is forgotten",
    async (t) => {
      const transport = await t.openTransport()
      for (const protocol of ['tcp', 'udp'] as const) {
        const [only, beside, dual, late] = openEach(transport, protocol)
        only.bind({ address: '::', port: 0 }, IPV6_ONLY)
        const { port } = only.localAddress()
        beside.bind({ address: '0.0.0.0', port }, IPV6_ONLY) // nothing to an IPv4 socket
        await t.fails('WSAEADDRINUSE', () => dual.bind({ address: '::', port }, IPV6_ONLY))
        if (protocol === 'tcp') continue // Wine's own Winsock binds TCP to both
        dual.bind({ address: '::', port: 0 })
        await t.fails('WSAEADDRINUSE', () => late.bind({ address: '0.0.0.0', port: dual.localAddress().port }))
      }
    },
    ['ipv6'],
  ),

  contractTest(
    "a server on '::' takes connections of IPv4 as well, unless ipv6Only",
    async (t) => {
      const transport = await t.openTransport()
      for (const options of [{}, IPV6_ONLY]) {
        const socket = transport.openSocket({ protocol: 'tcp', family: 'ipv6' })
        socket.bind({ address: '::', port: 0 }, options)
        const { port } = socket.localAddress()
        const server = createServer((connection) => {
          connection.on('error', () => {}) // the other end may be gone by now
          connection.end('hello')
        })
        await socket.listen(server)
        try {
          strictEqual(await greeting('::1', port), 'hello')
          if (options === IPV6_ONLY) {
            const refused = await failure(() => greeting('127.0.0.1', port))
            strictEqual(refused instanceof Error && 'code' in refused && refused.code, 'ECONNREFUSED')
          } else {
            strictEqual(await greeting('127.0.0.1', port), 'hello')
          }
        } finally {
          await close(server)
        }
      }
    },
    ['ipv6'],
  ),
]

type Sockets = readonly [only: WinsockSocket, beside: WinsockSocket, dual: WinsockSocket, late: WinsockSocket]

function openEach(transport: Transport, protocol: Protocol): Sockets {
  const open = (family: 'ipv4' | 'ipv6') => transport.openSocket({ protocol, family })
  return [open('ipv6'), open('ipv4'), open('ipv6'), open('ipv4')]
}

async function greeting(host: string, port: number): Promise<string> {
  return await text(connect({ host, port }))
}

async function close(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}
