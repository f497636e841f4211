import { notStrictEqual, strictEqual } from 'node:assert/strict'
import { BOTH_MODES, type ConformanceTest } from '../conformance-test.js'
import { answerOf } from '../failure.js'

/** Who owns a reservation, and when it ends. */
export const lifetimeTests: readonly ConformanceTest[] = [
  {
    number: 3,
    source: 'documented',
    title: 'a reservation ends with the socket that it was acquired on',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const anchor = transport.openSocket({ protocol: 'tcp' })
      const { startPort } = await t.acquire(anchor, 0, 8)
      const other = transport.openSocket({ protocol: 'tcp' })
      await t.refuses('rangeTaken', () => t.acquire(other, startPort, 8))
      anchor.close()
      strictEqual((await t.acquire(other, startPort, 8)).startPort, startPort)
    },
  },

  {
    number: 3,
    source: 'documented',
    title: 'RELEASE through the anchor ends a reservation',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const anchor = transport.openSocket({ protocol: 'udp' })
      const { startPort, token } = await t.acquire(anchor, 0, 8)
      await t.release(anchor, token)
      const other = transport.openSocket({ protocol: 'udp' })
      strictEqual((await t.acquire(other, startPort, 8)).startPort, startPort)
    },
  },

  {
    number: 3,
    source: 'unsettled',
    title: 'RELEASE through another socket of the process ends a reservation, or fails and leaves it',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    observe: ['releaseThroughOther'],
    run: async (t) => {
      const transport = await t.openTransport()
      const anchor = transport.openSocket({ protocol: 'udp' })
      const { startPort, token } = await t.acquire(anchor, 0, 8)
      const other = transport.openSocket({ protocol: 'udp' })
      if ((await t.tries('releaseThroughOther', () => t.release(other, token))) !== 'success') {
        await t.refuses('rangeTaken', () => t.acquire(other, startPort, 8))
        await t.release(anchor, token)
      }
      strictEqual((await t.acquire(other, startPort, 8)).startPort, startPort)
    },
  },

  {
    number: 3,
    source: 'documented',
    title: 'another process can neither use nor release a reservation',
    needs: ['runtime-reservations', 'other-process'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const { startPort, token } = await t.serve(transport, 'tcp', 8)
      await using stranger = await t.need('openProcess').call(t.machine)
      await t.refuses('foreignToken', () => stranger.bind('tcp', startPort, token))
      await t.refuses('foreignToken', () => stranger.release('tcp', token))
      await t.refuses('rangeTaken', () => stranger.acquire('tcp', startPort + 7, 2))
      strictEqual((await t.bindFrom(transport, 'tcp', token, startPort)).port, startPort)
    },
  },

  {
    number: 3,
    source: 'documented',
    title: 'the reservations of a process end when the process is killed',
    needs: ['runtime-reservations', 'other-process'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const start = await t.findFreeRange(transport, 'tcp', 8)
      await using stranger = await t.need('openProcess').call(t.machine)
      await stranger.acquire('tcp', start, 8)
      const socket = transport.openSocket({ protocol: 'tcp' })
      await t.refuses('rangeTaken', () => t.acquire(socket, start, 8))
      await stranger.kill()
      strictEqual((await t.acquire(socket, start, 8)).startPort, start)
    },
  },

  {
    number: 3,
    source: 'observed',
    title: 'one socket can hold several reservations, and all of them end with it',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    observe: ['secondAcquire'],
    run: async (t) => {
      const transport = await t.openTransport()
      const start = await t.findFreeRange(transport, 'tcp', 8)
      const anchor = transport.openSocket({ protocol: 'tcp' })
      const first = await t.acquire(anchor, start, 4)
      const acquireSecond = async () => {
        notStrictEqual((await t.acquire(anchor, start + 4, 4)).token, first.token)
      }
      const answer = await t.tries('secondAcquire', acquireSecond)
      const other = transport.openSocket({ protocol: 'tcp' })
      for (const from of answer === 'success' ? [start, start + 4] : [start]) {
        await t.refuses('rangeTaken', () => t.acquire(other, from, 4))
      }
      anchor.close()
      strictEqual((await t.acquire(other, start, 8)).startPort, start)
    },
  },

  {
    number: 3,
    source: 'unsettled',
    title: 'ACQUIRE on a bound socket gives a reservation that ends with it, or fails',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    observe: ['acquireOnBound'],
    run: async (t) => {
      const transport = await t.openTransport()
      const bound = transport.openSocket({ protocol: 'udp' })
      bound.bind({ address: '127.0.0.1', port: 0 })
      const start = await t.findFreeRange(transport, 'udp', 4)
      const { port } = bound.localAddress()
      const answer = await t.tries('acquireOnBound', () => t.acquire(bound, start, 4))
      strictEqual(bound.localAddress().port, port)
      const other = transport.openSocket({ protocol: 'udp' })
      if (answer === 'success') await t.refuses('rangeTaken', () => t.acquire(other, start, 4))
      bound.close()
      strictEqual((await t.acquire(other, start, 4)).startPort, start)
    },
  },

  {
    number: 11,
    source: 'supported',
    title: 'after RELEASE bound sockets keep their ports, and the other ports are free',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    observe: ['releaseWhileBound'],
    run: async (t) => {
      const transport = await t.openTransport()
      const { anchor, startPort, token } = await t.serve(transport, 'tcp', 4)
      const { socket } = await t.bindFrom(transport, 'tcp', token, startPort + 1)
      await t.end(anchor, token)
      strictEqual(socket.localAddress().port, startPort + 1)
      const above = transport.openSocket({ protocol: 'tcp' })
      await t.refuses('rangeTaken', () => t.acquire(above, startPort, 4))
      strictEqual((await t.acquire(above, startPort + 2, 2)).startPort, startPort + 2)
      socket.close()
      const below = transport.openSocket({ protocol: 'tcp' })
      strictEqual((await t.acquire(below, startPort, 2)).startPort, startPort)
    },
  },

  {
    number: 13,
    source: 'assumed',
    title: 'ASSOCIATE and RELEASE fail with a token that the kernel never returned',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    observe: ['unknownToken'],
    run: async (t) => {
      const transport = await t.openTransport()
      const socket = transport.openSocket({ protocol: 'tcp' })
      const { token } = await t.acquire(socket, 0, 1)
      for (const unknown of [0n, token ^ 1n, 0xffff_ffff_ffff_ffffn]) {
        await t.refuses('unknownToken', () => t.associate(socket, unknown))
        await t.refuses('unknownToken', () => t.release(socket, unknown))
      }
    },
  },

  {
    number: 13,
    source: 'assumed',
    title: 'ASSOCIATE and RELEASE fail with the token of a reservation that has ended',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    observe: ['endedToken'],
    run: async (t) => {
      const transport = await t.openTransport()
      const released = transport.openSocket({ protocol: 'tcp' })
      const first = await t.acquire(released, 0, 2)
      await t.release(released, first.token)
      const closed = transport.openSocket({ protocol: 'tcp' })
      const second = await t.acquire(closed, 0, 2)
      closed.close()
      for (const { token } of [first, second]) {
        await t.refuses('endedToken', () => t.associate(released, token))
        await t.refuses('endedToken', () => t.release(released, token))
      }
    },
  },

  {
    number: 13,
    source: 'assumed',
    title: 'ASSOCIATE and RELEASE fail with a token of the other protocol',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const { startPort, token } = await t.serve(transport, 'tcp', 2)
      const udp = transport.openSocket({ protocol: 'udp' })
      for (const call of [() => t.associate(udp, token), () => t.release(udp, token)]) {
        const answer = await answerOf(call)
        notStrictEqual(answer, 'success')
        t.note(answer)
      }
      strictEqual((await t.bindFrom(transport, 'tcp', token, startPort)).port, startPort)
    },
  },

  {
    number: 13,
    source: 'assumed',
    title: "ASSOCIATE and RELEASE fail with another process' runtime token",
    needs: ['runtime-reservations', 'other-process'],
    modes: BOTH_MODES,
    observe: ['foreignToken'],
    run: async (t) => {
      const transport = await t.openTransport()
      await using stranger = await t.need('openProcess').call(t.machine)
      const token = await stranger.acquire('udp', 0, 4)
      const socket = transport.openSocket({ protocol: 'udp' })
      await t.refuses('foreignToken', () => t.associate(socket, token))
      await t.refuses('foreignToken', () => t.release(socket, token))
    },
  },

  {
    number: 13,
    source: 'assumed',
    title: 'bind of an associated socket fails after RELEASE',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    observe: ['bindAfterEnd'],
    run: async (t) => {
      const transport = await t.openTransport()
      const anchor = transport.openSocket({ protocol: 'tcp' })
      const { startPort, token } = await t.acquire(anchor, 0, 2)
      const socket = transport.openSocket({ protocol: 'tcp' })
      await t.associate(socket, token)
      await t.release(anchor, token)
      await t.refuses('bindAfterEnd', () => socket.bind({ address: '127.0.0.1', port: 0 }))
      await t.refuses('bindAfterEnd', () => socket.bind({ address: '127.0.0.1', port: startPort }))
    },
  },

  {
    number: 13,
    source: 'assumed',
    title: 'bind of an associated socket fails after its anchor was closed',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    observe: ['bindAfterEnd'],
    run: async (t) => {
      const transport = await t.openTransport()
      const anchor = transport.openSocket({ protocol: 'udp' })
      const { startPort, token } = await t.acquire(anchor, 0, 2)
      const socket = transport.openSocket({ protocol: 'udp' })
      await t.associate(socket, token)
      anchor.close()
      await t.refuses('bindAfterEnd', () => socket.bind({ address: '127.0.0.1', port: 0 }))
      await t.refuses('bindAfterEnd', () => socket.bind({ address: '127.0.0.1', port: startPort }))
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: 'a process that is started later inherits no anchor',
    needs: ['runtime-reservations', 'other-process'],
    modes: ['blocking'],
    run: async (t) => {
      const transport = await t.openTransport()
      const anchor = transport.openSocket({ protocol: 'tcp' })
      const { startPort, token } = await t.acquire(anchor, 0, 4)
      await using child = await t.need('openProcess').call(t.machine, { isNew: true })
      await t.refuses('foreignToken', () => child.bind('tcp', startPort, token))
      anchor.close()
      strictEqual((await t.acquire(transport.openSocket({ protocol: 'tcp' }), startPort, 4)).startPort, startPort)
    },
  },
]
