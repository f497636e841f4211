import { once } from 'node:events'
import type { Transport } from '@winport/transport'
import { MockKernel, type MockTransport } from '../../src/index.js'
import { altered } from '../altered.js'
import { faultySockets, recovering } from '../faulty-transport.js'
import type { FaultCase } from './fault-case.js'

const RESERVED = "'::' with ipv6Only and '0.0.0.0' share a port of a reservation, without it they do not"
const PORTS = "'::' takes the port of '0.0.0.0' as well, unless ipv6Only; what failed asked for is forgotten"
const CONNECTIONS = "a server on '::' takes connections of IPv4 as well, unless ipv6Only"
const BIND = 'bind and localAddress with IPv6: as with IPv4'
const POOL = 'IPv4 and IPv6 sockets share one pool'

export const dualStackFaults: readonly FaultCase[] = [
  [
    'IPv6 has a pool of its own',
    [POOL, RESERVED],
    (() => {
      const other = new MockKernel()
      return {
        transport: (transport: MockTransport) => {
          const elsewhere = other.openTransport()
          return altered<Transport>(transport, {
            openSocket: (spec) => (spec.family === 'ipv6' ? elsewhere : transport).openSocket(spec),
          })
        },
      }
    })(),
  ],
  [
    'ipv6Only is ignored',
    [RESERVED, PORTS, CONNECTIONS],
    faultySockets((socket) => ({
      bind: (address, options) => socket.bind(address, { ...options, ipv6Only: false }),
    })),
  ],
  [
    'IPv6 sockets never take IPv4',
    [RESERVED, PORTS, CONNECTIONS],
    faultySockets((socket) => ({
      bind: (address, options) => socket.bind(address, { ...options, ipv6Only: true }),
    })),
  ],
  [
    'the options of a failed bind affect the next bind',
    [PORTS],
    faultySockets((socket) => {
      let ipv6Only = false
      return {
        bind: (address, options) => {
          ipv6Only ||= options?.ipv6Only === true
          socket.bind(address, { ...options, ipv6Only })
        },
      }
    }),
  ],
  [
    'a server accepts IPv4 connections whatever address its socket was bound to',
    [CONNECTIONS],
    faultySockets((socket) => ({
      listen: async (server) => {
        const { address, port } = socket.localAddress()
        socket.close()
        server.listen(port, address)
        await once(server, 'listening')
      },
    })),
  ],
  [
    'IPv6 sockets report the family IPv4',
    [BIND],
    faultySockets((socket) => ({ localAddress: () => ({ ...socket.localAddress(), family: 'IPv4' }) })),
  ],
  [
    'a second bind of an IPv6 socket succeeds',
    [BIND],
    faultySockets((socket) => ({
      bind: (address, options) => {
        const bind = () => socket.bind(address, options)
        recovering('WSAEINVAL', bind, socket.family === 'ipv6' ? () => {} : bind)
      },
    })),
  ],
  [
    'a reserved port can be bound by IPv6 sockets without ASSOCIATE',
    [POOL],
    faultySockets((socket) => ({
      bind: (address, options) => {
        const bind = () => socket.bind(address, options)
        recovering('WSAEACCES', bind, socket.family === 'ipv6' ? () => {} : bind)
      },
    })),
  ],
]
