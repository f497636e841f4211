import { INET_PORT_RANGE, INET_PORT_RESERVATION_INSTANCE } from '@winport/definitions'
import type { PersistentReservations, Transport, WinsockSocket } from '@winport/transport'
import type { MockKernel, MockTransport } from '../src/index.js'
import { MockSocket } from '../src/mock-socket.js'
import { altered } from './altered.js'
import type { TargetFault } from './mock-target.js'

export type Bytes = Uint8Array | null

export interface ControlCall {
  readonly code: number
  readonly input: Bytes
  readonly output: Bytes
  readonly socket: MockSocket
}

/** A fault in the control calls of one code. */
export interface CallFault {
  /** Changes the request. A number answers the call without the kernel. */
  readonly request?: (call: ControlCall) => { readonly input: Bytes; readonly output: Bytes } | number
  /** Changes the result of a successful call. May change the output in place. */
  readonly result?: (returned: number, call: ControlCall) => number
  /** Replaces the result of a failed call, or throws. */
  readonly failure?: (error: unknown, call: ControlCall) => number
}

/** Changes every socket when it is opened. */
export function faultySockets(
  change: (socket: MockSocket, transport: MockTransport, kernel: MockKernel) => Partial<WinsockSocket>,
): TargetFault {
  return {
    transport: (transport, kernel) =>
      altered<Transport>(transport, {
        openSocket: (spec) => {
          const socket = transport.openSocket(spec)
          if (!(socket instanceof MockSocket)) throw new TypeError('not a socket of the mock')
          return altered<WinsockSocket>(socket, change(socket, transport, kernel))
        },
      }),
  }
}

/** Changes the control calls of one code, or of every code. */
export function faultyCalls(faulty: number | undefined, fault: CallFault): TargetFault {
  const passOn = (error: unknown): number => {
    throw error
  }
  const { request = (call) => call, result = (returned) => returned, failure = passOn } = fault
  return faultySockets((socket) => ({
    ioctl: (code, input, output) => {
      if (faulty !== undefined && code !== faulty) return socket.ioctl(code, input, output)
      const call = { code, input, output, socket }
      const asked = request(call)
      if (typeof asked === 'number') return asked
      let returned: number
      try {
        returned = socket.ioctl(code, asked.input, asked.output)
      } catch (error) {
        return failure(error, call)
      }
      return result(returned, call)
    },
    ioctlAsync: async (code, input, output, options) => {
      if (faulty !== undefined && code !== faulty) return await socket.ioctlAsync(code, input, output, options)
      const call = { code, input, output, socket }
      const asked = request(call)
      if (typeof asked === 'number') return asked
      let returned: number
      try {
        returned = await socket.ioctlAsync(code, asked.input, asked.output, options)
      } catch (error) {
        return failure(error, call)
      }
      return result(returned, call)
    },
  }))
}

/** Changes the six persistent functions. */
export function faultyPersistent(
  change: (persistent: PersistentReservations, kernel: MockKernel) => Partial<PersistentReservations>,
): TargetFault {
  return {
    transport: (transport, kernel) => {
      const { persistent } = transport
      return altered<Transport>(transport, { persistent: { ...persistent, ...change(persistent, kernel) } })
    },
  }
}

/** Changes the range of an ACQUIRE. */
export function withRange(
  { input, output }: ControlCall,
  change: (range: INET_PORT_RANGE) => Partial<INET_PORT_RANGE>,
): { input: Bytes; output: Bytes } {
  if (input === null || input.length < INET_PORT_RANGE.size) return { input, output }
  const range = INET_PORT_RANGE.decode(input)
  const changed = new Uint8Array(INET_PORT_RANGE.size)
  INET_PORT_RANGE.encode({ ...range, ...change(range) }, changed)
  return { input: changed, output }
}

/** Changes, in place, the range and token that an ACQUIRE returned. */
export function changeGrant(
  { output }: ControlCall,
  change: (grant: INET_PORT_RESERVATION_INSTANCE) => Partial<INET_PORT_RESERVATION_INSTANCE>,
): void {
  if (output === null) return
  const grant = INET_PORT_RESERVATION_INSTANCE.decode(output)
  INET_PORT_RESERVATION_INSTANCE.encode({ ...grant, ...change(grant) }, output)
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

/** Makes a call. If it fails with this code, calls `recover` instead. */
export function recovering<Result>(code: string, call: () => Result, recover: () => Result): Result {
  try {
    return call()
  } catch (error) {
    if (codeOf(error) === code) return recover()
    throw error
  }
}
