import { ok, strictEqual } from 'node:assert/strict'
import {
  INET_PORT_RESERVATION_INSTANCE,
  SIO_ACQUIRE_PORT_RESERVATION,
  WINSOCK_ERRORS,
  winsockError,
} from '@winport/definitions'
import { SystemCallError } from '../../system-call-error.js'
import { encodeRange, failure } from '../conformance-context.js'
import { type ConformanceTest, reservationTest } from '../conformance-test.js'

const DOCUMENTED_ERRORS = [997, 995, 10_004, 10_013, 10_014, 10_022, 10_036, 10_038, 10_045, 10_048, 10_049, 10_050]
const FIRST_BUILD_OF_VISTA = 6000

/** Behaviours about what a call returns, and about where the facility exists at all. */
export const resultTests: readonly ConformanceTest[] = [
  reservationTest(17, 'documented', 'ACQUIRE returns the size of its output', async (t) => {
    const transport = await t.openTransport()
    const socket = transport.openSocket({ protocol: 'tcp' })
    // A larger buffer is no error, and what lies behind the struct stays as it was.
    const output = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size + 8).fill(0xaa)
    const returned = await t.ioctl(socket, SIO_ACQUIRE_PORT_RESERVATION, encodeRange(0, 1), output)
    strictEqual(returned, INET_PORT_RESERVATION_INSTANCE.size)
    ok(output.subarray(INET_PORT_RESERVATION_INSTANCE.size).every((byte) => byte === 0xaa))
  }),

  reservationTest(17, 'documented', 'ASSOCIATE and RELEASE succeed whatever count they return', async (t) => {
    const transport = await t.openTransport()
    const anchor = transport.openSocket({ protocol: 'tcp' })
    const { startPort, token } = await t.acquire(anchor, 0, 2)
    const socket = transport.openSocket({ protocol: 'tcp' })
    const associated = await t.associate(socket, token)
    socket.bind({ address: '127.0.0.1', port: 0 })
    strictEqual(socket.localAddress().port, startPort)
    const released = await t.release(anchor, token)
    ok(Number.isInteger(associated) && Number.isInteger(released))
    t.observe(`bytes returned: ASSOCIATE ${associated}, RELEASE ${released}`)
  }),

  reservationTest(18, 'documented', 'the facility is there from Windows Vista on', async (t) => {
    ok(t.machine.windowsBuild >= FIRST_BUILD_OF_VISTA)
    t.observe(`build ${t.machine.windowsBuild}`)
    const transport = await t.openTransport()
    strictEqual((await t.acquire(transport.openSocket({ protocol: 'tcp' }), 0, 1)).count, 1)
  }),

  {
    behaviour: 18,
    source: 'documented',
    title: 'where the facility is missing every code reports WSAEOPNOTSUPP, and plain sockets still bind',
    needs: [],
    without: ['runtime-reservations'],
    run: async (t) => {
      const transport = await t.openTransport()
      for (const protocol of ['tcp', 'udp'] as const) {
        const socket = transport.openSocket({ protocol })
        await t.fails('WSAEOPNOTSUPP', () => t.acquire(socket, 0, 1))
        await t.fails('WSAEOPNOTSUPP', () => t.associate(socket, 1n))
        await t.fails('WSAEOPNOTSUPP', () => t.release(socket, 1n))
        socket.bind({ address: '127.0.0.1', port: 0 })
        ok(socket.localAddress().port > 0)
      }
    },
  },

  {
    behaviour: 18,
    source: 'contract',
    title: 'where the persistent functions are missing every one reports ERROR_PROC_NOT_FOUND',
    needs: [],
    without: ['persistent-reservations'],
    modes: ['blocking'],
    run: async (t) => {
      const { persistent } = await t.openTransport()
      const range = { protocol: 'tcp', startPort: 5000, count: 1 } as const
      await t.fails('ERROR_PROC_NOT_FOUND', () => persistent.create(range))
      await t.fails('ERROR_PROC_NOT_FOUND', () => persistent.lookup(range))
      await t.fails('ERROR_PROC_NOT_FOUND', () => persistent.delete(range))
    },
  },

  reservationTest(
    'errors',
    'documented',
    'every documented error, and any other, comes through with its number',
    async (t) => {
      const transport = await t.openTransport()
      const socket = transport.openSocket({ protocol: 'tcp' })
      for (const errno of [...DOCUMENTED_ERRORS, ...WINSOCK_ERRORS.map((entry) => entry.number), 10_999]) {
        t.need('failNext').call(t.machine, SIO_ACQUIRE_PORT_RESERVATION, errno)
        const error = await failure(() => t.acquire(socket, 0, 1))
        ok(error instanceof SystemCallError, String(error))
        strictEqual(error.errno, errno)
        strictEqual(error.code, winsockError(errno)?.name ?? 'UNKNOWN')
        strictEqual(error.syscall, 'WSAIoctl(SIO_ACQUIRE_PORT_RESERVATION)')
      }
      strictEqual((await t.acquire(socket, 0, 1)).count, 1)
    },
    ['faults'],
  ),
]
