import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { WinsockSocket } from '@winport/transport'
import { bindInto, DEFAULT_BIND_MODE } from '@winport/transport/backend'
import { faultySockets } from '../faulty-transport.js'
import type { FaultCase } from './fault-case.js'

export const adoptionFaults: readonly FaultCase[] = [
  [
    'an adopted socket can still be used',
    ['contract'],
    faultySockets((socket) => {
      let local: ReturnType<WinsockSocket['localAddress']> | undefined
      return {
        localAddress: () => {
          local ??= socket.localAddress()
          return local
        },
      }
    }),
  ],
  [
    'a server listens on some other port',
    [5, 'contract'],
    faultySockets((socket) => ({
      listen: async (server) => {
        socket.close()
        server.listen(0, '127.0.0.1')
        await once(server, 'listening')
      },
    })),
  ],
  [
    'a server that cannot listen leaves the socket open',
    ['contract'],
    faultySockets((socket) => ({
      listen: async (server, options) => {
        if (server.listening) throw Object.assign(new Error(), { code: 'ERR_SERVER_ALREADY_LISTEN' })
        await socket.listen(server, options)
      },
    })),
  ],
  [
    'a datagram socket is bound to some other port',
    ['contract'],
    faultySockets((socket) => ({
      adopt: async (datagramSocket) => {
        const other = createSocket('udp4').bind(0, '127.0.0.1')
        await once(other, 'listening')
        const { port } = other.address()
        other.close()
        socket.close()
        datagramSocket.bind(port, '127.0.0.1')
        await once(datagramSocket, 'listening')
      },
    })),
  ],
  [
    'a handle gets some other socket',
    ['contract'],
    faultySockets((socket) => ({
      adoptInto: (handle) => {
        socket.close()
        bindInto(handle, socket.protocol, { address: '127.0.0.1', port: 0 }, DEFAULT_BIND_MODE)
      },
    })),
  ],
  [
    'a connection comes from some other port',
    ['contract'],
    faultySockets((socket) => ({
      connect: async ({ address, port }) => {
        socket.close()
        const connection = connect(port, address)
        await once(connection, 'connect')
        return connection
      },
    })),
  ],
  [
    'a connection ignores its signal',
    ['contract'],
    faultySockets((socket) => ({ connect: (remote) => socket.connect(remote) })),
  ],
]
