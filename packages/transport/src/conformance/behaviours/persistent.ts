import { notStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { AbortError } from '../../abort-error.js'
import type { PortRange, Protocol } from '../../port-range.js'
import type { Transport } from '../../transport.js'
import { WinsockError } from '../../winsock-error.js'
import type { ConformanceContext } from '../conformance-context.js'
import { BOTH_MODES, type ConformanceTest } from '../conformance-test.js'
import { failure } from '../failure.js'

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp']

/** The six IP Helper functions, and their tokens. */
export const persistentTests: readonly ConformanceTest[] = [
  {
    number: 3,
    source: 'documented',
    title: 'RELEASE fails with the token of a persistent reservation, and the reservation stands',
    needs: ['runtime-reservations', 'persistent-reservations'],
    modes: BOTH_MODES,
    run: (t) =>
      withPersistentRanges(t, async (transport, range, token) => {
        const socket = transport.openSocket({ protocol: range.protocol })
        const error = await failure(() => t.release(socket, token))
        ok(error instanceof WinsockError, String(error))
        t.note(error.code)
        strictEqual(await transport.persistent.lookup(range), token)
      }),
  },

  {
    number: 9,
    source: 'unsettled',
    title: 'bind to a port of a persistent reservation fails without ASSOCIATE',
    needs: ['runtime-reservations', 'persistent-reservations'],
    modes: ['blocking'],
    observe: ['persistentPortRefused'],
    run: (t) =>
      withPersistentRanges(t, async (transport, { protocol, startPort }) => {
        const socket = transport.openSocket({ protocol })
        await t.refuses('persistentPortRefused', () => socket.bind({ address: '127.0.0.1', port: startPort + 1 }))
      }),
  },

  {
    number: 14,
    source: 'documented',
    title: 'ASSOCIATE with the token of a persistent reservation fails with WSAEACCES without elevation',
    needs: ['runtime-reservations', 'persistent-reservations', 'elevation'],
    modes: BOTH_MODES,
    run: (t) =>
      withPersistentRanges(t, async (elevated, range, token) => {
        const plain = await t.openTransport({ elevated: false })
        const socket = plain.openSocket({ protocol: range.protocol })
        await t.fails('WSAEACCES', () => t.associate(socket, token))
        const { port } = await t.bindFrom(elevated, range.protocol, token)
        ok(port >= range.startPort && port < range.startPort + range.count)
      }),
  },

  {
    number: 20,
    source: 'documented',
    title: 'Create fails with ERROR_INVALID_PARAMETER for a zero and for a range past 65535',
    needs: ['runtime-reservations', 'persistent-reservations'],
    modes: ['blocking'],
    run: async (t) => {
      const { persistent } = await t.openTransport({ elevated: true })
      for (const protocol of PROTOCOLS) {
        for (const [startPort, count] of [
          [0, 1],
          [5000, 0],
          [65_535, 2],
        ] as const) {
          await t.fails('ERROR_INVALID_PARAMETER', () => persistent.create({ protocol, startPort, count }))
        }
      }
    },
  },

  {
    number: 20,
    source: 'documented',
    title: 'Create fails with ERROR_SHARING_VIOLATION for a range that overlaps a persistent reservation',
    needs: ['runtime-reservations', 'persistent-reservations'],
    modes: ['blocking'],
    run: (t) =>
      withPersistentRanges(t, async ({ persistent }, range) => {
        await t.fails('ERROR_SHARING_VIOLATION', () => persistent.create(range))
        await t.fails('ERROR_SHARING_VIOLATION', () =>
          persistent.create({ ...range, startPort: range.startPort + 3, count: 1 }),
        )
      }),
  },

  {
    number: 20,
    source: 'documented',
    title: 'Create fails with ERROR_SHARING_VIOLATION for a range that holds a bound port',
    needs: ['runtime-reservations', 'persistent-reservations'],
    modes: ['blocking'],
    run: async (t) => {
      const transport = await t.openTransport({ elevated: true })
      for (const protocol of PROTOCOLS) {
        const startPort = await t.findFreeRange(transport, protocol, 4)
        const socket = transport.openSocket({ protocol })
        socket.bind({ address: '127.0.0.1', port: startPort + 1 })
        await t.fails('ERROR_SHARING_VIOLATION', () => transport.persistent.create({ protocol, startPort, count: 4 }))
      }
    },
  },

  {
    number: 20,
    source: 'unsettled',
    title: 'Create over an administered exclusion fails or succeeds',
    needs: ['runtime-reservations', 'persistent-reservations', 'exclusions'],
    modes: ['blocking'],
    observe: ['createOverExclusion'],
    run: async (t) => {
      const transport = await t.openTransport({ elevated: true })
      const startPort = await t.findFreeRange(transport, 'udp', 4)
      await t.need('addExclusion').call(t.machine, 'udp', startPort + 1, 2)
      const range = { protocol: 'udp', startPort, count: 4 } as const
      const answer = await t.tries('createOverExclusion', () => transport.persistent.create(range))
      if (answer === 'success') await transport.persistent.delete(range)
      else await t.fails('ERROR_NOT_FOUND', () => transport.persistent.lookup(range))
    },
  },

  {
    number: 20,
    source: 'documented',
    title: 'Create and Delete fail with ERROR_ACCESS_DENIED without elevation',
    needs: ['runtime-reservations', 'persistent-reservations', 'elevation'],
    modes: ['blocking'],
    run: (t) =>
      withPersistentRanges(t, async (elevated, range, token) => {
        const plain = await t.openTransport({ elevated: false })
        const other = { ...range, startPort: await t.findFreeRange(plain, range.protocol, range.count) }
        await t.fails('ERROR_ACCESS_DENIED', () => plain.persistent.create(other))
        await t.fails('ERROR_ACCESS_DENIED', () => plain.persistent.delete(range))
        await t.fails('ERROR_NOT_FOUND', () => elevated.persistent.lookup(other))
        strictEqual(await elevated.persistent.lookup(range), token)
      }),
  },

  {
    number: 21,
    source: 'documented',
    title: 'Lookup works without elevation, or fails with ERROR_ACCESS_DENIED',
    needs: ['runtime-reservations', 'persistent-reservations', 'elevation'],
    modes: ['blocking'],
    observe: ['lookupUnelevated'],
    run: (t) =>
      withPersistentRanges(t, async (_elevated, range, token) => {
        const plain = await t.openTransport({ elevated: false })
        await t.tries('lookupUnelevated', async () => {
          strictEqual(await plain.persistent.lookup(range), token)
        })
      }),
  },

  {
    number: 21,
    source: 'documented',
    title: 'Lookup and Delete find only exactly the range that was created, else they fail with ERROR_NOT_FOUND',
    needs: ['runtime-reservations', 'persistent-reservations'],
    modes: ['blocking'],
    run: (t) =>
      withPersistentRanges(t, async ({ persistent }, range, token) => {
        strictEqual(await persistent.lookup(range), token)
        const otherProtocol = range.protocol === 'tcp' ? 'udp' : 'tcp'
        for (const inexact of [
          { ...range, startPort: range.startPort + 1, count: range.count - 1 },
          { ...range, count: range.count - 1 },
          { ...range, count: range.count + 1 },
          { ...range, protocol: otherProtocol } as const,
        ]) {
          await t.fails('ERROR_NOT_FOUND', () => persistent.lookup(inexact))
          await t.fails('ERROR_NOT_FOUND', () => persistent.delete(inexact))
        }
      }),
  },

  {
    number: 21,
    source: 'documented',
    title: 'Lookup and Delete fail with ERROR_INVALID_PARAMETER for a zero',
    needs: ['runtime-reservations', 'persistent-reservations'],
    modes: ['blocking'],
    run: async (t) => {
      const { persistent } = await t.openTransport({ elevated: true })
      for (const range of [
        { protocol: 'tcp', startPort: 0, count: 4 },
        { protocol: 'udp', startPort: 5000, count: 0 },
      ] as const) {
        await t.fails('ERROR_INVALID_PARAMETER', () => persistent.lookup(range))
        await t.fails('ERROR_INVALID_PARAMETER', () => persistent.delete(range))
      }
    },
  },

  {
    number: 22,
    source: 'documented',
    title: 'any elevated process can use a persistent reservation',
    needs: ['runtime-reservations', 'persistent-reservations', 'other-process'],
    modes: BOTH_MODES,
    run: (t) =>
      withPersistentRanges(t, async (_transport, range, token) => {
        await using stranger = await t.need('openProcess').call(t.machine, { elevated: true })
        strictEqual(await stranger.bind(range.protocol, range.startPort + 2, token), range.startPort + 2)
      }),
  },

  {
    number: 22,
    source: 'documented',
    title: 'a persistent reservation outlives the process that created it',
    needs: ['runtime-reservations', 'persistent-reservations'],
    modes: ['blocking'],
    run: (t) =>
      withPersistentRanges(t, async (_transport, range, token) => {
        const creator = await t.openTransport({ elevated: true })
        const later = { ...range, startPort: await t.findFreeRange(creator, range.protocol, 4) }
        await creator.persistent.create(later)
        await creator.close()
        const { persistent } = await t.openTransport({ elevated: true })
        notStrictEqual(await persistent.lookup(later), token)
        await persistent.delete(later)
      }),
  },

  {
    number: 23,
    source: 'documented',
    title: 'a persistent reservation survives a restart, and its token is looked up again',
    needs: ['runtime-reservations', 'persistent-reservations', 'reboot'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport({ elevated: true })
      const startPort = await t.findFreeRange(transport, 'tcp', 4)
      const range = { protocol: 'tcp', startPort, count: 4 } as const
      const before = await transport.persistent.create(range)
      const { startPort: runtimeStart } = await t.acquire(transport.openSocket({ protocol: 'udp' }), 0, 4)
      await t.need('reboot').call(t.machine)
      const restarted = await t.openTransport({ elevated: true })
      try {
        const after = await restarted.persistent.lookup(range)
        t.note(after === before ? 'the token stayed the same' : 'the token changed')
        const { port } = await t.bindFrom(restarted, 'tcp', after)
        ok(port >= startPort && port < startPort + 4, `port ${port} is not of the range`)
        const udp = await t.acquire(restarted.openSocket({ protocol: 'udp' }), runtimeStart, 4)
        strictEqual(udp.startPort, runtimeStart, 'the runtime reservation has ended')
      } finally {
        await restarted.persistent.delete(range)
      }
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: 'a persistent call whose signal is already aborted rejects with an AbortError and is not made',
    needs: ['persistent-reservations'],
    modes: ['blocking'],
    run: async (t) => {
      const { persistent } = await t.openTransport({ elevated: true })
      const range = { protocol: 'tcp', startPort: 28_771, count: 2 } as const
      const reason = new Error('too late')
      const aborted = { signal: AbortSignal.abort(reason) }
      const isAbort = async (call: () => unknown) => {
        const error = await failure(call)
        ok(error instanceof AbortError, String(error))
        strictEqual(error.code, 'ABORT_ERR')
        strictEqual(error.cause, reason)
      }
      await isAbort(() => persistent.create(range, aborted))
      await t.fails('ERROR_NOT_FOUND', () => persistent.lookup(range))
      const token = await persistent.create(range)
      try {
        await isAbort(() => persistent.lookup(range, aborted))
        await isAbort(() => persistent.delete(range, aborted))
        strictEqual(await persistent.lookup(range), token)
      } finally {
        await persistent.delete(range)
      }
    },
  },
]

/** Creates a persistent reservation of four ports for each protocol in turn, and deletes it afterwards. */
async function withPersistentRanges(
  t: ConformanceContext,
  run: (transport: Transport, range: PortRange, token: bigint) => Promise<void>,
): Promise<void> {
  const transport = await t.openTransport({ elevated: true })
  for (const protocol of PROTOCOLS) {
    const range = { protocol, startPort: await t.findFreeRange(transport, protocol, 4), count: 4 }
    const token = await transport.persistent.create(range)
    try {
      await run(transport, range, token)
    } finally {
      await transport.persistent.delete(range)
    }
  }
}
