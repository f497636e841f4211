import { notStrictEqual, ok, strictEqual } from 'node:assert/strict'
import {
  INET_PORT_RESERVATION_INSTANCE,
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
  WSAEINTR,
} from '@winport/definitions'
import { AbortError } from '../../abort-error.js'
import { WinsockError } from '../../winsock-error.js'
import { encodeRange, encodeToken, failure, started } from '../conformance-context.js'
import { type ConformanceTest, reservationTest } from '../conformance-test.js'

/** Behaviours of calls that do not complete at once. */
export const pendingTests: readonly ConformanceTest[] = [
  reservationTest(
    16,
    'documented',
    'an overlapped call that is pending completes later, with its output in place',
    async (t) => {
      const transport = await t.openTransport()
      const socket = transport.openSocket({ protocol: 'tcp' })
      const held = t.need('holdNext').call(t.machine, SIO_ACQUIRE_PORT_RESERVATION)
      const output = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)
      const call = started(socket.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, encodeRange(0, 4), output))
      await held.pending
      strictEqual(INET_PORT_RESERVATION_INSTANCE.decode(output).Token, 0n, 'nothing is written before')
      held.complete()
      strictEqual(await call, INET_PORT_RESERVATION_INSTANCE.size)
      const { NumberOfPorts, Token } = INET_PORT_RESERVATION_INSTANCE.decode(output)
      strictEqual(NumberOfPorts, 4)
      notStrictEqual(Token, 0n)
    },
    ['pending-calls'],
    ['overlapped'],
  ),

  reservationTest(
    16,
    'documented',
    'a pending call that fails tells its error when it is complete',
    async (t) => {
      const transport = await t.openTransport()
      const { startPort } = await t.acquire(transport.openSocket({ protocol: 'tcp' }), 0, 4)
      const socket = transport.openSocket({ protocol: 'tcp' })
      const acquire = [SIO_ACQUIRE_PORT_RESERVATION, encodeRange(startPort, 4), new Uint8Array(16)] as const
      const blocking = await failure(() => socket.ioctl(...acquire))
      const held = t.need('holdNext').call(t.machine, SIO_ACQUIRE_PORT_RESERVATION)
      const call = started(failure(() => socket.ioctlAsync(...acquire)))
      await held.pending
      held.complete()
      const error = await call
      ok(blocking instanceof WinsockError && error instanceof WinsockError, String(error))
      strictEqual(error.code, blocking.code)
      strictEqual(error.bytesReturned, 0)
    },
    ['pending-calls'],
    ['overlapped'],
  ),

  reservationTest(
    16,
    'documented',
    'a pending call holds up neither the thread nor other calls',
    async (t) => {
      const transport = await t.openTransport()
      const anchor = transport.openSocket({ protocol: 'tcp' })
      const { startPort, token } = await t.acquire(anchor, 0, 4)
      const held = t.need('holdNext').call(t.machine, SIO_ACQUIRE_PORT_RESERVATION)
      const call = started(t.acquire(transport.openSocket({ protocol: 'tcp' }), 0, 4))
      await held.pending
      const { port } = await t.bindFrom(transport, 'tcp', token) // associates overlapped
      strictEqual(port, startPort)
      anchor.ioctl(SIO_RELEASE_PORT_RESERVATION, encodeToken(token), null) // blocks
      held.complete()
      strictEqual((await call).count, 4)
    },
    ['pending-calls'],
    ['overlapped'],
  ),

  reservationTest(
    16,
    'documented',
    'each of the three codes can be pending, and cancelled: WSA_OPERATION_ABORTED',
    async (t) => {
      const transport = await t.openTransport()
      const anchor = transport.openSocket({ protocol: 'tcp' })
      const { startPort, token } = await t.acquire(anchor, 0, 4)
      const socket = transport.openSocket({ protocol: 'tcp' })
      for (const [code, input, output] of [
        [SIO_ACQUIRE_PORT_RESERVATION, encodeRange(0, 4), new Uint8Array(16)],
        [SIO_ASSOCIATE_PORT_RESERVATION, encodeToken(token), null],
        [SIO_RELEASE_PORT_RESERVATION, encodeToken(token), null],
      ] as const) {
        const held = t.need('holdNext').call(t.machine, code)
        const abort = new AbortController()
        const call = started(failure(() => socket.ioctlAsync(code, input, output, { signal: abort.signal })))
        await held.pending
        abort.abort()
        const error = await call
        ok(error instanceof AbortError, String(error))
        ok(error.cause instanceof WinsockError)
        strictEqual(error.cause.code, 'WSA_OPERATION_ABORTED')
      }
      // None of the three was carried out: the reservation stands, and the socket is not associated with it.
      await t.fails('WSAEACCES', () => socket.bind({ address: '127.0.0.1', port: startPort }))
      strictEqual((await t.bindFrom(transport, 'tcp', token)).port, startPort)
    },
    ['pending-calls'],
    ['overlapped'],
  ),

  reservationTest(
    16,
    'documented',
    'closing the socket makes a pending call fail: WSA_OPERATION_ABORTED',
    async (t) => {
      const transport = await t.openTransport()
      const socket = transport.openSocket({ protocol: 'udp' })
      const held = t.need('holdNext').call(t.machine, SIO_ACQUIRE_PORT_RESERVATION)
      const call = started(
        failure(() => socket.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, encodeRange(0, 4), new Uint8Array(16))),
      )
      await held.pending
      socket.close()
      const error = await call
      ok(error instanceof WinsockError, String(error))
      strictEqual(error.code, 'WSA_OPERATION_ABORTED')
    },
    ['pending-calls'],
    ['overlapped'],
  ),

  reservationTest(
    16,
    'documented',
    'a blocking call that is interrupted fails with WSAEINTR',
    async (t) => {
      const transport = await t.openTransport()
      const socket = transport.openSocket({ protocol: 'tcp' })
      t.need('failNext').call(t.machine, SIO_ACQUIRE_PORT_RESERVATION, WSAEINTR)
      await t.fails('WSAEINTR', () => t.acquire(socket, 0, 1))
      strictEqual((await t.acquire(socket, 0, 1)).count, 1)
    },
    ['faults'],
    ['blocking'],
  ),

  {
    behaviour: 'contract',
    source: 'contract',
    title: 'a signal that is aborted already: AbortError with its reason, and no call is made',
    needs: ['runtime-reservations'],
    modes: ['overlapped'],
    run: async (t) => {
      const transport = await t.openTransport()
      const socket = transport.openSocket({ protocol: 'tcp' })
      const output = new Uint8Array(16)
      const reason = new Error('too late')
      const error = await failure(() =>
        socket.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, encodeRange(0, 4), output, {
          signal: AbortSignal.abort(reason),
        }),
      )
      ok(error instanceof AbortError)
      strictEqual(error.code, 'ABORT_ERR')
      strictEqual(error.cause, reason)
      strictEqual(INET_PORT_RESERVATION_INSTANCE.decode(output).Token, 0n)
    },
  },

  {
    behaviour: 'contract',
    source: 'contract',
    title: 'closing the transport ends its pending calls',
    needs: ['runtime-reservations', 'pending-calls'],
    modes: ['overlapped'],
    run: async (t) => {
      const transport = await t.openTransport()
      const socket = transport.openSocket({ protocol: 'tcp' })
      const held = t.need('holdNext').call(t.machine, SIO_ACQUIRE_PORT_RESERVATION)
      const call = started(
        failure(() => socket.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, encodeRange(0, 1), new Uint8Array(16))),
      )
      await held.pending
      await transport.close()
      const error = await call
      ok(error instanceof WinsockError)
      strictEqual(error.code, 'WSA_OPERATION_ABORTED')
    },
  },
]
