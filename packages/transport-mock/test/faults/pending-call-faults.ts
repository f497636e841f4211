import { AbortError, WinsockError } from '@winport/transport'
import { faultySockets } from '../faulty-transport.js'
import type { FaultCase } from './fault-case.js'

export const pendingCallFaults: readonly FaultCase[] = [
  [
    'a signal is ignored',
    [16, 'contract'],
    faultySockets((socket) => ({ ioctlAsync: (code, input, output) => socket.ioctlAsync(code, input, output) })),
  ],
  [
    'a call checks its signal only after the call',
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
    'an aborted call fails with the system error instead of an AbortError',
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
    'an aborted call is still carried out',
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
    'a call writes its output while it is pending',
    [16],
    faultySockets((socket) => ({
      ioctlAsync: (code, input, output, options) => {
        output?.fill(1)
        return socket.ioctlAsync(code, input, output, options)
      },
    })),
  ],
  [
    'closing a socket does not end its pending calls',
    [16],
    faultySockets((socket) => ({
      close: () => {
        if (socket.pendingCalls === 0) socket.close()
      },
    })),
  ],
  [
    'a pending call succeeds even where it failed',
    ['a pending call that fails reports its error when it completes'],
    faultySockets((socket) => ({
      ioctlAsync: async (code, input, output, options) => {
        const call = socket.ioctlAsync(code, input, output, options)
        if (socket.pendingCalls === 0) return await call
        return await call.catch(() => 16)
      },
    })),
  ],
  [
    'overlapped calls are made one after another',
    ['a pending call blocks neither the thread nor other calls'],
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
