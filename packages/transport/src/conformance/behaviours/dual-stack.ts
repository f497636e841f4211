import { ok, strictEqual } from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import { codeOf } from '../../backend/code-of.js'
import type { Protocol } from '../../port-range.js'
import type { Transport } from '../../transport.js'
import type { BindOptions, WinsockSocket } from '../../winsock-socket.js'
import { BOTH_MODES, type ConformanceTest } from '../conformance-test.js'
import { answerOf, failure } from '../failure.js'
import { loopback } from '../loopback.js'

const IPV6_ONLY: BindOptions = { ipv6Only: true }

/** IPv4 beside IPv6, and sockets that take both. */
export const dualStackTests: readonly ConformanceTest[] = [
  {
    number: 19,
    source: 'supported',
    title: 'IPv4 and IPv6 share one pool of ports, or each has its own',
    needs: ['runtime-reservations', 'ipv6'],
    modes: BOTH_MODES,
    observe: ['familyPools'],
    run: async (t) => {
      const transport = await t.openTransport()
      const open = (family: 'ipv4' | 'ipv6') => transport.openSocket({ protocol: 'tcp', family })
      const { startPort } = await t.acquire(open('ipv4'), 0, 4)
      const bind = (family: 'ipv4' | 'ipv6') => open(family).bind({ address: loopback(family), port: startPort })
      await t.refuses('runtimePortRefused', () => bind('ipv4'))
      // With two pools a dual-stack anchor may need a range that is free in both of them.
      const acquired = await answerOf(() => t.acquire(open('ipv6'), startPort, 4))
      const bound = acquired === 'success' ? 'success' : await answerOf(() => bind('ipv6'))
      t.note(`ACQUIRE ${acquired}, bind ${bound}`)
      t.expect('familyPools', bound === 'success' ? 'two' : 'one')
      if (acquired !== 'success') t.expect('rangeTaken', acquired)
      if (bound !== 'success') t.expect('runtimePortRefused', bound)
    },
  },

  {
    number: 19,
    source: 'unsettled',
    title: "a token serves sockets of both families, or only those of its anchor's family",
    needs: ['runtime-reservations', 'ipv6'],
    modes: BOTH_MODES,
    observe: ['tokenServes'],
    run: async (t) => {
      const transport = await t.openTransport()
      for (const protocol of ['tcp', 'udp'] as const) {
        for (const [family, other] of [
          ['ipv4', 'ipv6'],
          ['ipv6', 'ipv4'],
        ] as const) {
          const { startPort, token } = await t.serve(transport, protocol, 4, { family })
          strictEqual((await t.bindFrom(transport, protocol, token, startPort + 1, family)).port, startPort + 1)
          const answer = await answerOf(async () => {
            strictEqual((await t.bindFrom(transport, protocol, token, startPort + 2, other)).port, startPort + 2)
          })
          t.note(`${protocol}, ${other} with the token of an ${family} anchor: ${answer}`)
          t.expect('tokenServes', answer === 'success' ? 'both-families' : 'anchor-family')
        }
      }
    },
  },

  {
    number: 19,
    source: 'assumed',
    title: "a socket on '::' takes a port of the block for IPv4 as well, unless ipv6Only is set",
    needs: ['runtime-reservations', 'ipv6'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      for (const protocol of ['tcp', 'udp'] as const) {
        const { startPort, token } = await t.serve(transport, protocol, 3, { family: 'ipv6' })
        const [only, beside, dual, late] = openEach(transport, protocol)
        const other = transport.openSocket({ protocol, family: 'ipv6' })
        for (const socket of [dual, other]) await t.associate(socket, token)
        dual.bind({ address: '::', port: startPort })
        await t.refuses('blockPortInUse', () => other.bind({ address: '::', port: startPort }))

        const answer = await answerOf(async () => {
          await t.associate(beside, token)
          beside.bind({ address: '0.0.0.0', port: startPort + 1 })
        })
        t.expect('tokenServes', answer === 'success' ? 'both-families' : 'anchor-family')
        if (answer !== 'success') continue
        await t.associate(late, token)
        await t.refuses('blockPortInUse', () => late.bind({ address: '0.0.0.0', port: startPort }))
        await t.refuses('blockPortInUse', () => other.bind({ address: '::', port: startPort + 1 }))
        await t.associate(only, token)
        only.bind({ address: '::', port: startPort + 1 }, IPV6_ONLY)
        strictEqual(only.localAddress().port, beside.localAddress().port)
      }
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: 'bind works once with IPv6 as well, and localAddress fails before it',
    needs: ['ipv6'],
    modes: ['blocking'],
    run: async (t) => {
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
  },

  {
    number: 'contract',
    source: 'contract',
    title:
      "a socket on '::' takes the port for IPv4 as well unless ipv6Only is set, and a failed bind leaves no option set",
    needs: ['ipv6'],
    modes: ['blocking'],
    run: async (t) => {
      const transport = await t.openTransport()
      for (const protocol of ['tcp', 'udp'] as const) {
        const [only, beside, dual, late] = openEach(transport, protocol)
        only.bind({ address: '::', port: 0 }, IPV6_ONLY)
        const { port } = only.localAddress()
        beside.bind({ address: '0.0.0.0', port }, IPV6_ONLY) // has no effect on an IPv4 socket
        await t.fails('WSAEADDRINUSE', () => dual.bind({ address: '::', port }, IPV6_ONLY))
        if (protocol === 'tcp') continue // Wine's own Winsock binds a TCP port to both
        dual.bind({ address: '::', port: 0 })
        await t.fails('WSAEADDRINUSE', () => late.bind({ address: '0.0.0.0', port: dual.localAddress().port }))
      }
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: "a server on '::' accepts IPv4 connections as well, unless ipv6Only is set",
    needs: ['ipv6'],
    modes: ['blocking'],
    run: async (t) => {
      const transport = await t.openTransport()
      for (const options of [{}, IPV6_ONLY]) {
        const { socket, port } = bindServer(transport, options)
        const server = createServer((connection) => {
          connection.on('error', () => {}) // the client may have closed its end already
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
  },
]

type Sockets = readonly [only: WinsockSocket, beside: WinsockSocket, dual: WinsockSocket, late: WinsockSocket]

/** Two sockets of each family; `only` and `dual` are of IPv6. */
function openEach(transport: Transport, protocol: Protocol): Sockets {
  const open = (family: 'ipv4' | 'ipv6') => transport.openSocket({ protocol, family })
  return [open('ipv6'), open('ipv4'), open('ipv6'), open('ipv4')]
}

/** More ports than other programs take at the moment of a bind. A backend that refuses them all is faulty. */
const MOST_TRIES = 20

/** Binds to a port that no other program has on IPv4: otherwise that program could answer, also on Wine beside a socket on '::'. */
function bindServer(transport: Transport, options: BindOptions): { socket: WinsockSocket; port: number } {
  for (let tries = 1; ; tries++) {
    const ipv4 = transport.openSocket({ protocol: 'tcp' })
    ipv4.bind({ address: '127.0.0.1', port: 0 })
    const { port } = ipv4.localAddress()
    if (options !== IPV6_ONLY) ipv4.close()
    const socket = transport.openSocket({ protocol: 'tcp', family: 'ipv6' })
    try {
      socket.bind({ address: '::', port }, options)
      return { socket, port }
    } catch (error) {
      if (codeOf(error) !== 'WSAEADDRINUSE' || tries === MOST_TRIES) throw error
      ipv4.close()
      socket.close()
    }
  }
}

async function greeting(host: string, port: number): Promise<string> {
  return await text(connect({ host, port }))
}

async function close(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}
