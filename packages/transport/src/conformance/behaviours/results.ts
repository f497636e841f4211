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
  WSAENOBUFS,
  winsockError,
} from '@winport/definitions'
import { WinsockError } from '../../winsock-error.js'
import { BOTH_MODES, type ConformanceTest } from '../conformance-test.js'
import { encodeRange } from '../encode-request.js'
import { failure } from '../failure.js'

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

/** What a call returns, and which systems have port reservations. */
export const resultTests: readonly ConformanceTest[] = [
  {
    number: 17,
    source: 'documented',
    title: 'ACQUIRE returns the size of its output',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const socket = transport.openSocket({ protocol: 'tcp' })
      // The buffer may be larger than the struct. The bytes after the struct stay as they are.
      const output = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size + 8).fill(0xaa)
      const returned = await t.ioctl(socket, SIO_ACQUIRE_PORT_RESERVATION, encodeRange(0, 1), output)
      strictEqual(returned, INET_PORT_RESERVATION_INSTANCE.size)
      ok(output.subarray(INET_PORT_RESERVATION_INSTANCE.size).every((byte) => byte === 0xaa))
    },
  },

  {
    number: 17,
    source: 'documented',
    title: 'ASSOCIATE and RELEASE succeed and return 0, 8 or 16 bytes',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    observe: ['bytesReturned'],
    run: async (t) => {
      const transport = await t.openTransport()
      const anchor = transport.openSocket({ protocol: 'tcp' })
      const { token } = await t.acquire(anchor, 0, 2)
      t.expect('bytesReturned', await t.associate(transport.openSocket({ protocol: 'tcp' }), token))
      t.expect('bytesReturned', await t.release(anchor, token))
    },
  },

  {
    number: 18,
    source: 'documented',
    title: 'ACQUIRE works from Windows Vista on',
    needs: ['runtime-reservations'],
    without: ['posix-ports'],
    modes: BOTH_MODES,
    run: async (t) => {
      ok(t.machine.windowsBuild >= WINDOWS_VISTA, `build ${t.machine.windowsBuild} is before Windows Vista`)
      t.note(`build ${t.machine.windowsBuild}`)
      const transport = await t.openTransport()
      strictEqual((await t.acquire(transport.openSocket({ protocol: 'tcp' }), 0, 1)).count, 1)
    },
  },

  {
    number: 18,
    source: 'documented',
    title:
      'the three codes fail with WSAEOPNOTSUPP where port reservations are missing, and sockets can still be bound',
    needs: [],
    without: ['runtime-reservations'],
    modes: BOTH_MODES,
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
    number: 18,
    source: 'contract',
    title: 'the persistent calls fail with ERROR_PROC_NOT_FOUND where their functions are missing',
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

  {
    number: 'errors',
    source: 'documented',
    title: 'every error of the three codes is reported with its number, and has no effect',
    needs: ['runtime-reservations', 'faults'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const anchor = transport.openSocket({ protocol: 'tcp' })
      const { startPort, token } = await t.acquire(anchor, 0, 1)
      const socket = transport.openSocket({ protocol: 'tcp' })
      const calls = [
        [SIO_ACQUIRE_PORT_RESERVATION, 'SIO_ACQUIRE_PORT_RESERVATION', () => t.acquire(socket, 0, 1)],
        [SIO_ASSOCIATE_PORT_RESERVATION, 'SIO_ASSOCIATE_PORT_RESERVATION', () => t.associate(socket, token)],
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
      // The reservation stands, and the socket is not associated with it.
      await t.refuses('runtimePortRefused', () => socket.bind({ address: '127.0.0.1', port: startPort }))
      await t.release(anchor, token)
    },
  },

  {
    number: 'errors',
    source: 'supported',
    title: 'ACQUIRE that fails with WSAENOBUFS reserves nothing, and the next one can succeed',
    needs: ['runtime-reservations', 'faults'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const startPort = await t.findFreeRange(transport, 'tcp', 4)
      const anchor = transport.openSocket({ protocol: 'tcp' })
      for (const from of [0, startPort]) {
        t.need('failNext').call(t.machine, SIO_ACQUIRE_PORT_RESERVATION, WSAENOBUFS)
        const error = await t.fails('WSAENOBUFS', () => t.acquire(anchor, from, 4))
        strictEqual(error.nodeCode, 'ENOBUFS')
      }
      strictEqual((await t.acquire(anchor, startPort, 4)).startPort, startPort)
    },
  },

  {
    number: 'errors',
    source: 'documented',
    title: 'an unknown control code fails with WSAEOPNOTSUPP or WSAEINVAL',
    needs: [],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      for (const protocol of ['tcp', 'udp'] as const) {
        const socket = transport.openSocket({ protocol })
        const error = await failure(() => t.ioctl(socket, UNKNOWN_CONTROL_CODE, new Uint8Array(8), new Uint8Array(16)))
        ok(error instanceof WinsockError, String(error))
        t.note(error.code)
        ok(error.code === 'WSAEOPNOTSUPP' || error.code === 'WSAEINVAL', error.code)
        ok(isCallOf('0x9800FFFF', error), error.syscall)
      }
    },
  },
]

/** A backend may make the call through the service provider. */
function isCallOf(code: string, { syscall }: WinsockError): boolean {
  return syscall === `WSAIoctl(${code})` || syscall === `WSPIoctl(${code})`
}
