import { SIO_RELEASE_PORT_RESERVATION } from '@winport/definitions'
import { IpHelperError, type PersistentReservations, type Transport, WinsockError } from '@winport/transport'
import { throwIfAborted } from '@winport/transport/backend'
import { altered } from '../altered.js'
import { codeOf, faultyCalls, faultyPersistent } from '../faulty-transport.js'
import { LEGACY_BUILD } from '../mock-target.js'
import type { FaultCase } from './fault-case.js'

export const persistentFaults: readonly FaultCase[] = [
  [
    'no call needs elevation',
    [14, 20],
    { machine: (machine) => ({ ...machine, openTransport: () => machine.openTransport({ elevated: true }) }) },
  ],
  [
    'Lookup needs elevation',
    [20],
    faultyPersistent((persistent, kernel) => ({
      lookup: (range) => {
        const elevated = kernel.inspect().processes.every((process) => process.elevated)
        if (!elevated) throw new IpHelperError(5, 'LookupPersistentTcpPortReservation')
        return persistent.lookup(range)
      },
    })),
  ],
  [
    'Create succeeds for a range that is taken',
    [20],
    faultyPersistent((persistent) => ({
      create: async (range) => {
        try {
          return await persistent.create(range)
        } catch (error) {
          if (codeOf(error) === 'ERROR_SHARING_VIOLATION') return 1n
          throw error
        }
      },
    })),
  ],
  [
    'Lookup and Delete accept any range that starts like a reservation',
    [21],
    faultyPersistent((persistent, kernel) => {
      const exact = (range: { protocol: string; startPort: number; count: number }) => {
        const { reservations } = kernel.inspect()
        const found = reservations.find(
          ({ kind, protocol, startPort }) =>
            kind === 'persistent' && protocol === range.protocol && startPort === range.startPort,
        )
        return range.count === 0 ? 0 : (found?.count ?? range.count)
      }
      return {
        lookup: (range) => persistent.lookup({ ...range, count: exact(range) }),
        delete: (range) => persistent.delete({ ...range, count: exact(range) }),
      }
    }),
  ],
  [
    'RELEASE succeeds with a persistent token',
    ['RELEASE fails with the token of a persistent reservation, and the reservation stands'],
    faultyCalls(SIO_RELEASE_PORT_RESERVATION, { failure: () => 0 }),
  ],
  [
    'a persistent call checks its signal only after the call',
    ['a persistent call whose signal is already aborted rejects with an AbortError and is not made'],
    faultyPersistent((persistent) => ({
      create: async (range, options) => {
        const token = await persistent.create(range)
        throwIfAborted(options?.signal)
        return token
      },
    })),
  ],
  [
    'Delete ignores its signal',
    ['a persistent call whose signal is already aborted rejects with an AbortError and is not made'],
    faultyPersistent((persistent) => ({ delete: (range) => persistent.delete(range) })),
  ],
  ['Delete does nothing', [14, 21, 22], faultyPersistent(() => ({ delete: async () => {} }))],
  [
    'IP Helper errors get the names of Winsock errors',
    [20, 21],
    faultyPersistent((persistent) => {
      const renamed = async <Result>(call: Promise<Result>) => {
        try {
          return await call
        } catch (error) {
          throw error instanceof IpHelperError ? new WinsockError(error.errno, error.syscall) : error
        }
      }
      return {
        create: (range) => renamed(persistent.create(range)),
        lookup: (range) => renamed(persistent.lookup(range)),
        delete: (range) => renamed(persistent.delete(range)),
      }
    }),
  ],
  [
    'a persistent token loses all but the 53 bits of a number',
    [14, 22],
    faultyPersistent((persistent) => ({
      create: async (range) => BigInt(Number(await persistent.create(range))),
      lookup: async (range) => BigInt(Number(await persistent.lookup(range))),
    })),
  ],
  [
    'a persistent reservation ends with its process',
    [22],
    {
      transport: (transport) => {
        const { persistent } = transport
        const created: Parameters<PersistentReservations['create']>[0][] = []
        return altered<Transport>(transport, {
          persistent: {
            ...persistent,
            create: async (range) => {
              const token = await persistent.create(range)
              created.push(range)
              return token
            },
          },
          close: async () => {
            for (const range of created.splice(0)) await persistent.delete(range).catch(() => {})
            await transport.close()
          },
        })
      },
    },
  ],
  [
    'a persistent reservation does not survive a restart',
    [23],
    {
      machine: (machine, kernel) => ({
        ...machine,
        reboot: async () => {
          kernel.reboot()
          await using transport = kernel.openTransport({ elevated: true })
          for (const { kind, ...range } of kernel.inspect().reservations) {
            if (kind === 'persistent') await transport.persistent.delete(range)
          }
        },
      }),
    },
  ],
  ['a runtime reservation survives a restart', [23], { machine: (machine) => ({ ...machine, reboot: () => {} }) }],
  [
    'the machine claims to be too old for its features',
    [18],
    { machine: (machine) => ({ ...machine, windowsBuild: LEGACY_BUILD }) },
  ],
]
