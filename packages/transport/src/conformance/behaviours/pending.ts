import { notStrictEqual, ok, strictEqual } from 'node:assert/strict'
import {
  INET_PORT_RESERVATION_INSTANCE,
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
  WSAEINTR,
} from '@winport/definitions'
import { AbortError } from '../../abort-error.js'
import { nextTurn } from '../../backend/next-turn.js'
import { WinsockError } from '../../winsock-error.js'
import type { ConformanceTest } from '../conformance-test.js'
import { encodeRange, encodeToken } from '../encode-request.js'
import { failure, started } from '../failure.js'

/** Calls that do not complete at once. */
export const pendingTests: readonly ConformanceTest[] = [
  {
    number: 16,
    source: 'documented',
    title: 'overlapped calls give the same results whether they complete at once or later',
    needs: ['runtime-reservations'],
    modes: ['overlapped'],
    run: async (t) => {
      const transport = await t.openTransport()
      let complete = 0
      const calls = Array.from({ length: 8 }, () => {
        const socket = transport.openSocket({ protocol: 'tcp' })
        const output = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)
        const call = started(socket.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, encodeRange(0, 4), output))
        started(call.then(() => complete++))
        return { socket, output, call }
      })
      await nextTurn()
      t.note(`${complete} of 8 calls were complete in the next turn of the event loop`)
      const starts = new Set<number>()
      const tokens = new Set<bigint>()
      for (const { output, call } of calls) {
        strictEqual(await call, INET_PORT_RESERVATION_INSTANCE.size)
        const { StartPort, NumberOfPorts, Token } = INET_PORT_RESERVATION_INSTANCE.decode(output)
        strictEqual(NumberOfPorts, 4)
        starts.add(StartPort)
        tokens.add(Token)
      }
      strictEqual(starts.size, 8)
      strictEqual(tokens.size, 8)
      for (const startPort of starts) {
        const other = transport.openSocket({ protocol: 'tcp' })
        const error = await t.refuses('rangeTaken', () => t.acquire(other, startPort, 1))
        ok(error instanceof WinsockError)
        strictEqual(error.bytesReturned, 0)
      }
      for (const { socket, output } of calls)
        await t.release(socket, INET_PORT_RESERVATION_INSTANCE.decode(output).Token)
      for (const startPort of starts) await t.acquire(transport.openSocket({ protocol: 'tcp' }), startPort, 4)
    },
  },

  {
    number: 16,
    source: 'documented',
    title: 'an overlapped call that is cancelled right after it began succeeds, or fails and reserves nothing',
    needs: ['runtime-reservations'],
    modes: ['overlapped'],
    run: async (t) => {
      const transport = await t.openTransport()
      const startPort = await t.findFreeRange(transport, 'tcp', 4)
      const socket = transport.openSocket({ protocol: 'tcp' })
      const abort = new AbortController()
      const { signal } = abort
      const input = encodeRange(startPort, 4)
      const call = started(socket.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, input, new Uint8Array(16), { signal }))
      abort.abort()
      const error = await call.then(
        () => undefined,
        (reason: unknown) => reason,
      )
      const other = transport.openSocket({ protocol: 'tcp' })
      if (error === undefined) {
        t.note('succeeded')
        await t.refuses('rangeTaken', () => t.acquire(other, startPort, 4))
      } else {
        ok(error instanceof AbortError, String(error))
        ok(error.cause instanceof WinsockError)
        strictEqual(error.cause.code, 'WSA_OPERATION_ABORTED')
        t.note('cancelled')
        await t.acquire(other, startPort, 4)
      }
    },
  },

  {
    number: 16,
    source: 'documented',
    title: 'a pending call writes its output when it completes',
    needs: ['runtime-reservations', 'pending-calls'],
    modes: ['overlapped'],
    run: async (t) => {
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
  },

  {
    number: 16,
    source: 'documented',
    title: 'a pending call that fails reports its error when it completes',
    needs: ['runtime-reservations', 'pending-calls'],
    modes: ['overlapped'],
    run: async (t) => {
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
  },

  {
    number: 16,
    source: 'documented',
    title: 'a pending call blocks neither the thread nor other calls',
    needs: ['runtime-reservations', 'pending-calls'],
    modes: ['overlapped'],
    run: async (t) => {
      const transport = await t.openTransport()
      const { startPort, token } = await t.serve(transport, 'tcp', 4)
      const anchor = transport.openSocket({ protocol: 'tcp' })
      const other = await t.acquire(anchor, 0, 4)
      const held = t.need('holdNext').call(t.machine, SIO_ACQUIRE_PORT_RESERVATION)
      const call = started(t.acquire(transport.openSocket({ protocol: 'tcp' }), 0, 4))
      await held.pending
      const { port } = await t.bindFrom(transport, 'tcp', token, startPort) // makes an overlapped ASSOCIATE
      strictEqual(port, startPort)
      anchor.ioctl(SIO_RELEASE_PORT_RESERVATION, encodeToken(other.token), null) // a blocking call
      held.complete()
      strictEqual((await call).count, 4)
    },
  },

  {
    number: 16,
    source: 'documented',
    title: 'a pending call of each code can be cancelled, and fails with WSA_OPERATION_ABORTED',
    needs: ['runtime-reservations', 'pending-calls'],
    modes: ['overlapped'],
    run: async (t) => {
      const transport = await t.openTransport()
      const { startPort, token } = await t.serve(transport, 'tcp', 4)
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
      // None of the three had an effect: the reservation stands, and the socket is not associated with it.
      await t.refuses('runtimePortRefused', () => socket.bind({ address: '127.0.0.1', port: startPort }))
      strictEqual((await t.bindFrom(transport, 'tcp', token, startPort)).port, startPort)
    },
  },

  {
    number: 16,
    source: 'documented',
    title: 'closing the socket makes a pending call fail with WSA_OPERATION_ABORTED',
    needs: ['runtime-reservations', 'pending-calls'],
    modes: ['overlapped'],
    run: async (t) => {
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
  },

  {
    number: 16,
    source: 'documented',
    title: 'a blocking call that is cancelled fails with WSAEINTR',
    needs: ['runtime-reservations', 'faults'],
    modes: ['blocking'],
    run: async (t) => {
      const transport = await t.openTransport()
      const socket = transport.openSocket({ protocol: 'tcp' })
      t.need('failNext').call(t.machine, SIO_ACQUIRE_PORT_RESERVATION, WSAEINTR)
      await t.fails('WSAEINTR', () => t.acquire(socket, 0, 1))
      strictEqual((await t.acquire(socket, 0, 1)).count, 1)
    },
  },

  {
    number: 'contract',
    source: 'contract',
    title: 'a control call whose signal is already aborted rejects with an AbortError and is not made',
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
    number: 'contract',
    source: 'contract',
    title: 'closing the transport makes its pending calls fail',
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
