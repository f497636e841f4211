import {
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
  WSAEACCES,
  WSAEFAULT,
} from '@winport/definitions'
import { WinsockError } from '@winport/transport'
import { altered } from '../altered.js'
import { changeGrant, codeOf, faultyCalls, faultySockets, recovering, withRange } from '../faulty-transport.js'
import type { FaultCase } from './fault-case.js'

export const controlCallFaults: readonly FaultCase[] = [
  ['RELEASE does nothing', [3, 11, 13], faultyCalls(SIO_RELEASE_PORT_RESERVATION, { request: () => 0 })],
  ['ASSOCIATE does nothing', [3, 4, 5, 6, 13, 14], faultyCalls(SIO_ASSOCIATE_PORT_RESERVATION, { request: () => 0 })],
  ['ACQUIRE returns a count of 0 bytes', [17], faultyCalls(SIO_ACQUIRE_PORT_RESERVATION, { result: () => 0 })],
  [
    'ACQUIRE writes past its struct',
    [17],
    faultyCalls(SIO_ACQUIRE_PORT_RESERVATION, {
      result: (returned, { output }) => {
        output?.fill(0, returned)
        return returned
      },
    }),
  ],
  [
    'ACQUIRE reserves one port when asked for none',
    [12],
    faultyCalls(SIO_ACQUIRE_PORT_RESERVATION, {
      request: (call) => withRange(call, (range) => ({ NumberOfPorts: range.NumberOfPorts || 1 })),
    }),
  ],
  [
    'ACQUIRE cuts a range at port 65535',
    [12],
    faultyCalls(SIO_ACQUIRE_PORT_RESERVATION, {
      request: (call) =>
        withRange(call, ({ StartPort, NumberOfPorts }) => ({
          NumberOfPorts: Math.min(NumberOfPorts, 65_536 - StartPort),
        })),
    }),
  ],
  [
    'ACQUIRE reserves one port too few',
    [4, 7, 15],
    faultyCalls(SIO_ACQUIRE_PORT_RESERVATION, {
      request: (call) => withRange(call, ({ NumberOfPorts }) => ({ NumberOfPorts: Math.max(NumberOfPorts - 1, 1) })),
    }),
  ],
  [
    'a wildcard lies outside the dynamic range',
    [15],
    faultyCalls(SIO_ACQUIRE_PORT_RESERVATION, {
      request: (call) => withRange(call, ({ StartPort }) => ({ StartPort: StartPort || 20_000 })),
    }),
  ],
  [
    'the start port is left in network byte order',
    [1, 3, 4, 15],
    faultyCalls(SIO_ACQUIRE_PORT_RESERVATION, {
      result: (returned, call) => {
        changeGrant(call, ({ StartPort }) => ({ StartPort: ((StartPort & 0xff) << 8) | (StartPort >> 8) }))
        return returned
      },
    }),
  ],
  [
    'tokens lose all but the 53 bits of a number',
    [3, 4, 5, 11],
    faultyCalls(SIO_ACQUIRE_PORT_RESERVATION, {
      result: (returned, call) => {
        changeGrant(call, ({ Token }) => ({ Token: BigInt(Number(Token)) }))
        return returned
      },
    }),
  ],
  [
    'a second socket cannot be associated',
    [4, 5],
    (() => {
      const associated = new WeakSet<object>()
      return faultyCalls(SIO_ASSOCIATE_PORT_RESERVATION, {
        request: (call) => {
          if (associated.has(call.socket.process)) throw new WinsockError(WSAEACCES, 'WSAIoctl')
          return call
        },
        result: (returned, { socket }) => {
          associated.add(socket.process)
          return returned
        },
      })
    })(),
  ],
  [
    'ASSOCIATE succeeds on a bound socket',
    ['ASSOCIATE on a bound socket fails, or succeeds without effect'],
    faultyCalls(SIO_ASSOCIATE_PORT_RESERVATION, {
      failure: (error, { socket }) => {
        if (socket.binding !== undefined) return 0
        throw error
      },
    }),
  ],
  ['RELEASE succeeds with any token', [3, 13], faultyCalls(SIO_RELEASE_PORT_RESERVATION, { failure: () => 0 })],
  [
    'every call is refused with the same error',
    [2, 7, 8, 12, 15, 'errors'],
    faultyCalls(undefined, {
      failure: () => {
        throw new WinsockError(WSAEACCES, 'WSAIoctl')
      },
    }),
  ],
  [
    'a failed call reports returned bytes',
    [2],
    faultyCalls(undefined, {
      failure: (error) => {
        if (!(error instanceof WinsockError)) throw error
        throw new WinsockError(error.errno, error.syscall, { bytesReturned: 16 })
      },
    }),
  ],
  [
    'an error does not name its call',
    ['errors'],
    faultyCalls(undefined, {
      failure: (error) => {
        throw error instanceof WinsockError ? new WinsockError(error.errno, 'WSAIoctl') : error
      },
    }),
  ],
  [
    'an unknown error becomes a known one',
    ['errors'],
    faultyCalls(undefined, {
      failure: (error) => {
        throw codeOf(error) === 'UNKNOWN'
          ? new WinsockError(WSAEFAULT, 'WSAIoctl(SIO_ACQUIRE_PORT_RESERVATION)')
          : error
      },
    }),
  ],
  [
    'an error has no code',
    ['errors'],
    faultyCalls(undefined, {
      failure: (error) => {
        throw error instanceof WinsockError ? altered(error, { nodeCode: undefined }) : error
      },
    }),
  ],
  [
    'an error of RELEASE names ASSOCIATE',
    ['every error of the three codes is reported with its number, and has no effect'],
    faultyCalls(SIO_RELEASE_PORT_RESERVATION, {
      failure: (error) => {
        throw error instanceof WinsockError
          ? new WinsockError(error.errno, 'WSAIoctl(SIO_ASSOCIATE_PORT_RESERVATION)')
          : error
      },
    }),
  ],
  [
    'ASSOCIATE retries a failed call',
    ['every error of the three codes is reported with its number, and has no effect'],
    faultyCalls(SIO_ASSOCIATE_PORT_RESERVATION, {
      failure: (_error, { code, input, output, socket }) => socket.ioctl(code, input, output),
    }),
  ],
  [
    'an interrupted call is retried',
    [16],
    faultySockets((socket) => ({
      ioctl: (...call) =>
        recovering(
          'WSAEINTR',
          () => socket.ioctl(...call),
          () => socket.ioctl(...call),
        ),
    })),
  ],
]
