import { ok, strictEqual } from 'node:assert/strict'
import {
  _WSAIOW,
  INET_PORT_RESERVATION_INSTANCE,
  IOC_VENDOR,
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
  WINDOWS_VISTA,
  WINSOCK_ERRORS,
  winsockError,
} from '@winport/definitions'
import { WinsockError } from '../../winsock-error.js'
import { encodeRange, failure } from '../conformance-context.js'
import { type ConformanceTest, reservationTest } from '../conformance-test.js'

type ExpectedError = readonly [errno: number, code: string, nodeCode: string | undefined]

const DOCUMENTED_ERRORS: readonly ExpectedError[] = [
  [995, 'WSA_OPERATION_ABORTED', 'ECANCELED'],
  [997, 'WSA_IO_PENDING', undefined],
  [10_004, 'WSAEINTR', 'ECANCELED'],
  [10_013, 'WSAEACCES', 'EACCES'],
  [10_014, 'WSAEFAULT', 'EFAULT'],
  [10_022, 'WSAEINVAL', 'EINVAL'],
  [10_036, 'WSAEINPROGRESS', undefined],
  [10_038, 'WSAENOTSOCK', 'ENOTSOCK'],
  [10_045, 'WSAEOPNOTSUPP', undefined],
  [10_048, 'WSAEADDRINUSE', 'EADDRINUSE'],
  [10_049, 'WSAEADDRNOTAVAIL', 'EADDRNOTAVAIL'],
  [10_050, 'WSAENETDOWN', undefined],
]
const OTHER_ERRORS: readonly ExpectedError[] = [
  ...WINSOCK_ERRORS.map(({ number, name, nodeCode }) => [number, name, nodeCode] as const),
  [10_999, 'UNKNOWN', undefined],
]
const UNKNOWN_CONTROL_CODE = _WSAIOW(IOC_VENDOR, 0xffff)

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
    ok(t.machine.windowsBuild >= WINDOWS_VISTA)
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
    without: ['persistent-reservations', 'unelevated'],
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
    'every documented error, and any other, comes through from each of the three codes, with its number',
    async (t) => {
      const transport = await t.openTransport()
      const anchor = transport.openSocket({ protocol: 'tcp' })
      const { startPort, token } = await t.acquire(anchor, 0, 1)
      const calls = [
        [SIO_ACQUIRE_PORT_RESERVATION, 'SIO_ACQUIRE_PORT_RESERVATION', () => t.acquire(anchor, 0, 1)],
        [SIO_ASSOCIATE_PORT_RESERVATION, 'SIO_ASSOCIATE_PORT_RESERVATION', () => t.associate(anchor, token)],
        [SIO_RELEASE_PORT_RESERVATION, 'SIO_RELEASE_PORT_RESERVATION', () => t.release(anchor, token)],
      ] as const
      for (const [controlCode, name, call] of calls) {
        for (const [errno, code, nodeCode] of [...DOCUMENTED_ERRORS, ...OTHER_ERRORS]) {
          t.need('failNext').call(t.machine, controlCode, errno)
          const error = await failure(call)
          ok(error instanceof WinsockError, String(error))
          strictEqual(error.errno, errno)
          strictEqual(error.code, code)
          strictEqual(error.nodeCode, nodeCode)
          ok(isCallOf(name, error), error.syscall)
          ok(error.message.includes(winsockError(errno)?.meaning ?? String(errno)), error.message)
        }
      }
      // None of them did anything: the reservation stands, and the socket is not associated with it.
      await t.fails('WSAEACCES', () => anchor.bind({ address: '127.0.0.1', port: startPort }))
      await t.release(anchor, token)
    },
    ['faults'],
  ),

  {
    behaviour: 'errors',
    source: 'documented',
    title: 'a control code that nobody knows: WSAEOPNOTSUPP or WSAEINVAL',
    needs: [],
    run: async (t) => {
      const transport = await t.openTransport()
      for (const protocol of ['tcp', 'udp'] as const) {
        const socket = transport.openSocket({ protocol })
        const error = await failure(() => t.ioctl(socket, UNKNOWN_CONTROL_CODE, new Uint8Array(8), new Uint8Array(16)))
        ok(error instanceof WinsockError, String(error))
        t.observe(error.code)
        ok(error.code === 'WSAEOPNOTSUPP' || error.code === 'WSAEINVAL', error.code)
        ok(isCallOf('0x9800FFFF', error), error.syscall)
      }
    },
  },
]

/** A backend may ask the service provider instead of Winsock. */
function isCallOf(code: string, { syscall }: WinsockError): boolean {
  return syscall === `WSAIoctl(${code})` || syscall === `WSPIoctl(${code})`
}
