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
]
