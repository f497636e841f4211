import { notStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { AbortError } from '../../abort-error.js'
import type { PortRange, Protocol } from '../../port-range.js'
import type { Transport } from '../../transport.js'
import { WinsockError } from '../../winsock-error.js'
import { type ConformanceContext, failure } from '../conformance-context.js'
import type { ConformanceFeature } from '../conformance-target.js'
import { type ConformanceTest, reservationTest } from '../conformance-test.js'

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp']

/** A test with a persistent reservation of four ports, for each protocol, that is deleted afterwards. */
function persistentTest(
  behaviour: number,
  source: ConformanceTest['source'],
  title: string,
  run: (t: ConformanceContext, transport: Transport, range: PortRange, token: bigint) => Promise<void>,
  needs: readonly ConformanceFeature[] = [],
): ConformanceTest {
  const create: ConformanceTest['run'] = async (t) => {
    const transport = await t.openTransport({ elevated: true })
    for (const protocol of PROTOCOLS) {
      const range = { protocol, startPort: await t.findFreeRange(transport, protocol, 4), count: 4 }
      const token = await transport.persistent.create(range)
      try {
        await run(t, transport, range, token)
      } finally {
        await transport.persistent.delete(range)
      }
    }
  }
  return reservationTest(behaviour, source, title, create, ['persistent-reservations', ...needs])
}

/** Behaviours of the six IP Helper functions, and of their tokens. */
export const persistentTests: readonly ConformanceTest[] = [
  persistentTest(
    3,
    'documented',
    "RELEASE is for runtime reservations: a persistent one's token fails, and the reservation stands",
    async (t, transport, range, token) => {
      const socket = transport.openSocket({ protocol: range.protocol })
      const error = await failure(() => t.release(socket, token))
      ok(error instanceof WinsockError, String(error))
      t.observe(error.code)
      strictEqual(await transport.persistent.lookup(range), token)
    },
  ),

  persistentTest(
    14,
    'documented',
    "ASSOCIATE with a persistent reservation's token needs elevation: WSAEACCES without",
    async (t, elevated, range, token) => {
      const plain = await t.openTransport({ elevated: false })
      const socket = plain.openSocket({ protocol: range.protocol })
      await t.fails('WSAEACCES', () => t.associate(socket, token))
      const { port } = await t.bindFrom(elevated, range.protocol, token)
      ok(port >= range.startPort && port < range.startPort + range.count)
    },
    ['elevation'],
  ),

  reservationTest(
    20,
    'documented',
    'Create: a zero, or a range past the end: ERROR_INVALID_PARAMETER',
    async (t) => {
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
    ['persistent-reservations'],
    ['blocking'],
  ),

  persistentTest(
    20,
    'documented',
    'Create: overlap with another persistent reservation: ERROR_SHARING_VIOLATION',
    async (t, { persistent }, range) => {
      await t.fails('ERROR_SHARING_VIOLATION', () => persistent.create(range))
      await t.fails('ERROR_SHARING_VIOLATION', () =>
        persistent.create({ ...range, startPort: range.startPort + 3, count: 1 }),
      )
    },
  ),

  reservationTest(
    20,
    'documented',
    'Create: a port in use: ERROR_SHARING_VIOLATION',
    async (t) => {
      const transport = await t.openTransport({ elevated: true })
      for (const protocol of PROTOCOLS) {
        const startPort = await t.findFreeRange(transport, protocol, 4)
        const socket = transport.openSocket({ protocol })
        socket.bind({ address: '127.0.0.1', port: startPort + 1 })
        await t.fails('ERROR_SHARING_VIOLATION', () => transport.persistent.create({ protocol, startPort, count: 4 }))
      }
    },
    ['persistent-reservations'],
    ['blocking'],
  ),

  persistentTest(
    20,
    'documented',
    'Create and Delete need elevation: ERROR_ACCESS_DENIED; Lookup does not',
    async (t, _transport, range, token) => {
      const plain = await t.openTransport({ elevated: false })
      await t.fails('ERROR_ACCESS_DENIED', () => plain.persistent.create({ ...range, startPort: range.startPort + 8 }))
      await t.fails('ERROR_ACCESS_DENIED', () => plain.persistent.delete(range))
      strictEqual(await plain.persistent.lookup(range), token)
    },
    ['elevation'],
  ),

  persistentTest(
    21,
    'documented',
    'Lookup and Delete: only the very range that was created, else ERROR_NOT_FOUND',
    async (t, { persistent }, range, token) => {
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
    },
  ),

  reservationTest(
    21,
    'documented',
    'Lookup and Delete: a zero: ERROR_INVALID_PARAMETER',
    async (t) => {
      const { persistent } = await t.openTransport({ elevated: true })
      for (const range of [
        { protocol: 'tcp', startPort: 0, count: 4 },
        { protocol: 'udp', startPort: 5000, count: 0 },
      ] as const) {
        await t.fails('ERROR_INVALID_PARAMETER', () => persistent.lookup(range))
        await t.fails('ERROR_INVALID_PARAMETER', () => persistent.delete(range))
      }
    },
    ['persistent-reservations'],
    ['blocking'],
  ),

  persistentTest(
    22,
    'documented',
    'any elevated process may consume it',
    async (t, _transport, range, token) => {
      await using stranger = await t.need('openProcess').call(t.machine, { elevated: true })
      strictEqual(await stranger.bind(range.protocol, range.startPort + 2, token), range.startPort + 2)
    },
    ['other-process'],
  ),

  persistentTest(22, 'documented', 'it outlives the process that created it', async (t, _transport, range, token) => {
    const creator = await t.openTransport({ elevated: true })
    const later = { ...range, startPort: await t.findFreeRange(creator, range.protocol, 4) }
    await creator.persistent.create(later)
    await creator.close()
    const { persistent } = await t.openTransport({ elevated: true })
    notStrictEqual(await persistent.lookup(later), token)
    await persistent.delete(later)
  }),

  reservationTest(
    23,
    'documented',
    'a token may change at a restart; the reservation stays and is looked up again',
    async (t) => {
      const transport = await t.openTransport({ elevated: true })
      const startPort = await t.findFreeRange(transport, 'tcp', 4)
      const range = { protocol: 'tcp', startPort, count: 4 } as const
      const before = await transport.persistent.create(range)
      const { startPort: runtimeStart } = await t.acquire(transport.openSocket({ protocol: 'udp' }), 0, 4)
      await t.need('reboot').call(t.machine)
      const restarted = await t.openTransport({ elevated: true })
      try {
        const after = await restarted.persistent.lookup(range)
        t.observe(after === before ? 'the token stayed' : 'the token changed')
        const { port } = await t.bindFrom(restarted, 'tcp', after)
        strictEqual(port, startPort)
        const udp = await t.acquire(restarted.openSocket({ protocol: 'udp' }), runtimeStart, 4)
        strictEqual(udp.startPort, runtimeStart, 'a runtime reservation is gone')
      } finally {
        await restarted.persistent.delete(range)
      }
    },
    ['persistent-reservations', 'reboot'],
  ),

  {
    behaviour: 'contract',
    source: 'contract',
    title: 'a persistent call whose signal is aborted already: AbortError with its reason, and no call is made',
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
