import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { BOTH_MODES, type ConformanceTest } from '../conformance-test.js'
import { answerOf } from '../failure.js'

const HOST = '127.0.0.1'

/** ASSOCIATE, and bind with and without it. */
export const bindTests: readonly ConformanceTest[] = [
  {
    number: 4,
    source: 'documented',
    title: 'bind with port 0 takes a port of the associated block',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      for (const protocol of ['tcp', 'udp'] as const) {
        const transport = await t.openTransport()
        const { startPort, token } = await t.serve(transport, protocol, 8)
        const ports = new Set<number>()
        for (let i = 0; i < 8; i++) ports.add((await t.bindFrom(transport, protocol, token)).port)
        const all = [...ports].sort((a, b) => a - b)
        deepStrictEqual(
          all,
          Array.from({ length: 8 }, (_, i) => startPort + i),
        )
      }
    },
  },

  {
    number: 4,
    source: 'documented',
    title: 'bind with port 0 fails when the block is exhausted, and takes a port that is free again',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    observe: ['blockExhausted'],
    run: async (t) => {
      for (const protocol of ['tcp', 'udp'] as const) {
        const transport = await t.openTransport()
        const { token } = await t.serve(transport, protocol, 2)
        const first = await t.bindFrom(transport, protocol, token)
        await t.bindFrom(transport, protocol, token)
        await t.refuses('blockExhausted', () => t.bindFrom(transport, protocol, token))
        first.socket.close()
        strictEqual((await t.bindFrom(transport, protocol, token)).port, first.port)
      }
    },
  },

  {
    number: 4,
    source: 'unsettled',
    title: 'bind with port 0 takes the ports of a block in ascending, continuing or random order',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    observe: ['portOrder'],
    run: async (t) => {
      const transport = await t.openTransport()
      const { startPort, token } = await t.serve(transport, 'udp', 64)
      const taken: number[] = []
      for (let i = 0; i < 6; i++) {
        const { socket, port } = await t.bindFrom(transport, 'udp', token)
        taken.push(port - startPort)
        if (i % 2 === 1) socket.close()
      }
      t.note(`offsets ${taken.join(' ')}`)
      t.expect('portOrder', orderOf(taken))
    },
  },

  {
    number: 4,
    source: 'documented',
    title: 'ASSOCIATE does not move a socket that is already bound into the block',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const { token } = await t.serve(transport, 'tcp', 2)
      const bound = transport.openSocket({ protocol: 'tcp' })
      bound.bind({ address: HOST, port: 0 })
      const { port } = bound.localAddress()
      t.note(await answerOf(() => t.associate(bound, token)))
      strictEqual(bound.localAddress().port, port)
      await t.bindFrom(transport, 'tcp', token)
      await t.bindFrom(transport, 'tcp', token)
    },
  },

  {
    number: 5,
    source: 'observed',
    title: 'bind takes a given port of the block',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const { startPort, token } = await t.serve(transport, 'tcp', 4)
      for (const port of [startPort + 3, startPort]) {
        strictEqual((await t.bindFrom(transport, 'tcp', token, port)).port, port)
      }
    },
  },

  {
    number: 5,
    source: 'unsettled',
    title: 'bind to a port of the block that is in use fails',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    observe: ['blockPortInUse'],
    run: async (t) => {
      const transport = await t.openTransport()
      for (const protocol of ['tcp', 'udp'] as const) {
        const { startPort, token } = await t.serve(transport, protocol, 2)
        const first = await t.bindFrom(transport, protocol, token, startPort)
        await t.refuses('blockPortInUse', () => t.bindFrom(transport, protocol, token, startPort))
        first.socket.close()
        strictEqual((await t.bindFrom(transport, protocol, token, startPort)).port, startPort)
      }
    },
  },

  {
    number: 5,
    source: 'observed',
    title: 'several sockets can be associated with one reservation',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const { token } = await t.serve(transport, 'udp', 3)
      const sockets = [1, 2, 3].map(() => transport.openSocket({ protocol: 'udp' }))
      for (const socket of sockets) await t.associate(socket, token)
      for (const socket of sockets) socket.bind({ address: HOST, port: 0 })
      strictEqual(new Set(sockets.map((socket) => socket.localAddress().port)).size, 3)
    },
  },

  {
    number: 5,
    source: 'observed',
    title: 'an anchor can be associated with its own reservation and bound to a port of it',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const anchor = transport.openSocket({ protocol: 'udp' })
      const { startPort, token } = await t.acquire(anchor, 0, 2)
      await t.associate(anchor, token)
      anchor.bind({ address: HOST, port: startPort + 1 })
      strictEqual(anchor.localAddress().port, startPort + 1)
    },
  },

  {
    number: 5,
    source: 'observed',
    title: 'connect without bind takes a port of the associated block',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const server = createServer((connection) => connection.resume().on('error', () => {})).listen(0, HOST)
      await once(server, 'listening')
      try {
        const address = server.address()
        ok(typeof address === 'object' && address !== null)
        const transport = await t.openTransport()
        const { startPort, token } = await t.serve(transport, 'tcp', 4)
        const socket = transport.openSocket({ protocol: 'tcp' })
        await t.associate(socket, token)
        const accepted = once(server, 'connection')
        const connection = await socket.connect({ address: HOST, port: address.port })
        const [{ remotePort: port }] = await accepted
        connection.destroy()
        await once(connection, 'close')
        ok(port >= startPort && port < startPort + 4, `port ${port} is not of the block`)
      } finally {
        server.close()
        await once(server, 'close')
      }
    },
  },

  {
    number: 6,
    source: 'unsettled',
    title: 'bind of an associated socket fails for a port outside the block',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    observe: ['portOutsideBlock'],
    run: async (t) => {
      const transport = await t.openTransport()
      const start = await t.findFreeRange(transport, 'tcp', 5)
      // The anchor may need the port after the block.
      const { token } = await t.serve(transport, 'tcp', 2, { startPort: start + 1 })
      await t.refuses('portOutsideBlock', () => t.bindFrom(transport, 'tcp', token, start))
      await t.refuses('portOutsideBlock', () => t.bindFrom(transport, 'tcp', token, start + 4))
    },
  },

  {
    number: 9,
    source: 'unsettled',
    title: 'bind to a port of a runtime reservation fails without ASSOCIATE',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    observe: ['runtimePortRefused'],
    run: async (t) => {
      const transport = await t.openTransport()
      for (const protocol of ['tcp', 'udp'] as const) {
        const { startPort } = await t.acquire(transport.openSocket({ protocol }), 0, 3)
        const socket = transport.openSocket({ protocol })
        for (let port = startPort; port < startPort + 3; port++) {
          const error = await t.refuses('runtimePortRefused', () => socket.bind({ address: HOST, port }))
          strictEqual(error.nodeCode, error.code === 'WSAEACCES' ? 'EACCES' : 'EADDRINUSE')
        }
      }
    },
  },

  {
    number: 9,
    source: 'unsettled',
    title: 'bind to a port of a runtime reservation fails in another process',
    needs: ['runtime-reservations', 'other-process'],
    modes: BOTH_MODES,
    observe: ['runtimePortRefused'],
    run: async (t) => {
      const transport = await t.openTransport()
      const { startPort } = await t.acquire(transport.openSocket({ protocol: 'tcp' }), 0, 3)
      await using stranger = await t.need('openProcess').call(t.machine)
      await t.refuses('runtimePortRefused', () => stranger.bind('tcp', startPort + 1))
    },
  },

  {
    number: 9,
    source: 'observed',
    title: 'the ephemeral allocator skips reserved ports',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      for (const protocol of ['tcp', 'udp'] as const) {
        const { startPort, count } = await t.acquire(transport.openSocket({ protocol }), 0, 512)
        for (let i = 0; i < 128; i++) {
          const socket = transport.openSocket({ protocol })
          socket.bind({ address: HOST, port: 0 })
          const { port } = socket.localAddress()
          ok(port !== 0 && (port < startPort || port >= startPort + count), `${port} is reserved`)
        }
      }
    },
  },

  {
    number: 13,
    source: 'assumed',
    title: 'ASSOCIATE on a bound socket fails, or succeeds without effect',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    observe: ['boundSocketAssociated'],
    run: async (t) => {
      const transport = await t.openTransport()
      const { startPort, token } = await t.serve(transport, 'udp', 2)
      const outside = transport.openSocket({ protocol: 'udp' })
      outside.bind({ address: HOST, port: 0 })
      const inside = await t.bindFrom(transport, 'udp', token, startPort)
      for (const socket of [outside, inside.socket]) {
        const answer = await answerOf(() => t.associate(socket, token))
        t.expect('boundSocketAssociated', answer === 'success' ? 'ignored' : answer)
      }
    },
  },
]

/** @param taken offsets in a block of 64; every second socket was closed before the next one was bound */
function orderOf(taken: readonly number[]): 'lowest' | 'next' | 'random' {
  if (taken.join() === '0,1,1,2,2,3') return 'lowest'
  return taken.every((offset, i) => i === 0 || offset === ((taken[i - 1] ?? 0) + 1) % 64) ? 'next' : 'random'
}
