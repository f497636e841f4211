import { SIO_RELEASE_PORT_RESERVATION, WSAEFAULT } from '@winport/definitions'
import { type SocketTable, type Transport, WinsockError, type WinsockSocket } from '@winport/transport'
import { TransportProcess } from '@winport/transport/conformance'
import type { MockTransport } from '../../src/index.js'
import { altered } from '../altered.js'
import { faultySockets } from '../faulty-transport.js'
import type { TargetFault } from '../mock-target.js'
import type { FaultCase } from './fault-case.js'

export const lifetimeFaults: readonly FaultCase[] = [
  ['closing a socket does nothing', [3, 8, 11, 'contract'], faultySockets(() => ({ close: () => {} }))],
  [
    'closing a socket twice fails',
    ['contract'],
    faultySockets((socket) => ({
      close: () => {
        if (socket.state === 'closed') throw new WinsockError(WSAEFAULT, 'closesocket')
        socket.close()
      },
    })),
  ],
  [
    'the socket table is empty',
    ['the socket table lists a bound UDP socket until the socket is closed'],
    { transport: (transport) => withTable(transport, async () => []) },
  ],
  [
    'the socket table does not leave out other ports',
    ['the socket table lists a bound UDP socket until the socket is closed'],
    { transport: (transport) => withTable(transport, async (protocol) => await transport.socketTable.read(protocol)) },
  ],
  [
    'closing a transport does nothing',
    [1, 3, 22, 'contract'],
    { transport: (transport) => altered<Transport>(transport, { close: async () => {} }) },
  ],
  [
    'closing a transport twice fails',
    ['contract'],
    {
      transport: (transport) => {
        let closed = false
        const close = async () => {
          if (closed) throw new Error('closed already')
          closed = true
          await transport.close()
        }
        return altered<Transport>(transport, { close })
      },
    },
  ],
  [
    'RELEASE closes the sockets that are bound to the reservation',
    [11],
    (() => {
      const bound = new Set<WinsockSocket>()
      return faultySockets((socket) => ({
        bind: (address) => {
          socket.bind(address)
          bound.add(socket)
        },
        ioctl: (code, input, output) => {
          if (code === SIO_RELEASE_PORT_RESERVATION) for (const other of bound) other.close()
          return socket.ioctl(code, input, output)
        },
      }))
    })(),
  ],
  [
    'another process is treated as this one',
    [3, 13],
    (() => {
      let first: MockTransport | undefined
      return {
        transport: (transport: MockTransport) => {
          first = transport
          return transport
        },
        machine: (machine) => ({
          ...machine,
          openProcess: () => {
            if (first === undefined) throw new Error('no transport is open')
            return new TransportProcess(first, () => {})
          },
        }),
      } satisfies TargetFault
    })(),
  ],
  [
    'a process that dies leaves its reservations',
    [3],
    {
      machine: (machine, kernel) => ({
        ...machine,
        openProcess: (options) => new TransportProcess(kernel.openTransport(options), () => {}),
      }),
    },
  ],
]

function withTable(transport: MockTransport, read: SocketTable['read']): Transport {
  const socketTable: SocketTable = altered(transport.socketTable, { read })
  return altered<Transport>(transport, { socketTable })
}
