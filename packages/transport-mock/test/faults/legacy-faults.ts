import { WSAEFAULT } from '@winport/definitions'
import { IpHelperError, WinsockError } from '@winport/transport'
import { faultyCalls, faultyPersistent } from '../faulty-transport.js'
import type { FaultCase } from './fault-case.js'

export const legacyFaults: readonly FaultCase[] = [
  [
    'unsupported control codes fail with another error',
    [18],
    faultyCalls(undefined, {
      failure: () => {
        throw new WinsockError(WSAEFAULT, 'WSAIoctl')
      },
    }),
  ],
  ['unsupported control codes succeed', [18], faultyCalls(undefined, { request: () => 0 })],
  [
    'unsupported functions fail with another error',
    [18],
    faultyPersistent(() => ({
      create: async () => {
        throw new IpHelperError(50, 'CreatePersistentTcpPortReservation')
      },
    })),
  ],
]
