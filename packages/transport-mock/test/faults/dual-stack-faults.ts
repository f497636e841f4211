import { once } from 'node:events'
import { controlCodeName, SIO_ASSOCIATE_PORT_RESERVATION, WSAEINVAL } from '@winport/definitions'
import { type Transport, WinsockError } from '@winport/transport'
import { MockKernel, type MockTransport } from '../../src/index.js'
import { altered } from '../altered.js'
import { faultySockets, recovering } from '../faulty-transport.js'
import type { FaultCase } from './fault-case.js'

const RESERVED = "a socket on '::' takes a port of the block for IPv4 as well, unless ipv6Only is set"
const PORTS =
  "a socket on '::' takes the port for IPv4 as well unless ipv6Only is set, and a failed bind leaves no option set"
const CONNECTIONS = "a server on '::' accepts IPv4 connections as well, unless ipv6Only is set"
const BIND = 'bind works once with IPv6 as well, and localAddress fails before it'
const POOL = 'IPv4 and IPv6 share one pool of ports, or each has its own'

const TOKEN = "a token serves sockets of both families, or only those of its anchor's family"

export const dualStackFaults: readonly FaultCase[] = [
  [
    'IPv6 sockets cannot be associated',
    [TOKEN],
    faultySockets((socket) => {
      const check = (code: number) => {
        if (code !== SIO_ASSOCIATE_PORT_RESERVATION || socket.family === 'ipv4') return
        throw new WinsockError(WSAEINVAL, `WSAIoctl(${controlCodeName(code)})`)
      }
      return {
        ioctl: (code, input, output) => {
          check(code)
          return socket.ioctl(code, input, output)
        },
        ioctlAsync: async (code, input, output, options) => {
          check(code)
          return await socket.ioctlAsync(code, input, output, options)
        },
      }
    }),
  ],
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
