import { AbortError, WinsockError } from '@winport/transport'
import { faultySockets } from '../faulty-transport.js'
import type { FaultCase } from './fault-case.js'

export const pendingCallFaults: readonly FaultCase[] = [
  [
    'a signal is not listened to',
    [16, 'contract'],
    faultySockets((socket) => ({ ioctlAsync: (code, input, output) => socket.ioctlAsync(code, input, output) })),
  ],
  [
    'a signal that is aborted already is found out after the call',
    ['contract'],
    faultySockets((socket) => ({
      ioctlAsync: async (code, input, output, options) => {
        const signal = options?.signal
        if (signal?.aborted !== true) return await socket.ioctlAsync(code, input, output, options)
        await socket.ioctlAsync(code, input, output)
        throw new AbortError({ cause: signal.reason })
      },
    })),
  ],
  [
    'an aborted call fails with the error of the system',
    [16],
    faultySockets((socket) => ({
      ioctlAsync: async (...call) => {
        try {
          return await socket.ioctlAsync(...call)
        } catch (error) {
          throw error instanceof AbortError && error.cause instanceof Error ? error.cause : error
        }
      },
    })),
  ],
  [
    'an aborted call is carried out all the same',
    [16],
    faultySockets((socket) => ({
      ioctlAsync: async (code, input, output, options) => {
        try {
          return await socket.ioctlAsync(code, input, output, options)
        } catch (error) {
          if (error instanceof AbortError && error.cause instanceof WinsockError) socket.ioctl(code, input, output)
          throw error
        }
      },
    })),
  ],
  [
    'a pending call has written its output already',
    [16],
    faultySockets((socket) => ({
      ioctlAsync: (code, input, output, options) => {
        output?.fill(1)
        return socket.ioctlAsync(code, input, output, options)
      },
    })),
  ],
  [
    'closing a socket leaves its pending calls',
    [16],
    faultySockets((socket) => ({
      close: () => {
        if (socket.pendingCalls === 0) socket.close()
      },
    })),
  ],
  [
    'a call that was pending succeeds whatever came of it',
    ['a pending call that fails tells its error when it is complete'],
    faultySockets((socket) => ({
      ioctlAsync: async (code, input, output, options) => {
        const call = socket.ioctlAsync(code, input, output, options)
        if (socket.pendingCalls === 0) return await call
        return await call.catch(() => 16)
      },
    })),
  ],
  [
    'overlapped calls are made one after the other',
    ['a pending call holds up neither the thread nor other calls'],
    (() => {
      let last: Promise<unknown> = Promise.resolve()
      return faultySockets((socket) => ({
        ioctlAsync: (...call) => {
          const turn = last.then(() => socket.ioctlAsync(...call))
          last = turn.catch(() => {})
          return turn
        },
      }))
    })(),
  ],
]
