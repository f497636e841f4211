import { WSAEFAULT } from '@winport/definitions'
import { IpHelperError, WinsockError } from '@winport/transport'
import { faultyCalls, faultyPersistent } from '../faulty-transport.js'
import type { FaultCase } from './fault-case.js'

export const legacyFaults: readonly FaultCase[] = [
  [
    'control codes that are missing are refused with another error',
    [18],
    faultyCalls(undefined, {
      failure: () => {
        throw new WinsockError(WSAEFAULT, 'WSAIoctl')
      },
    }),
  ],
  ['control codes that are missing succeed', [18], faultyCalls(undefined, { request: () => 0 })],
  [
    'functions that are missing are refused with another error',
    [18],
    faultyPersistent(() => ({
      create: async () => {
        throw new IpHelperError(50, 'CreatePersistentTcpPortReservation')
      },
    })),
  ],
]
