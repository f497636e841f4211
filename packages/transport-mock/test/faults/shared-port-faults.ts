import { WSAEACCES, WSAEADDRINUSE } from '@winport/definitions'
import { type BindOptions, type SocketAddress, WinsockError } from '@winport/transport'
import type { MockSocket } from '../../src/mock-socket.js'
import { faultySockets, recovering } from '../faulty-transport.js'
import type { FaultCase } from './fault-case.js'

const SHARE_RESERVED = 'UDP sockets share a port of the block only if all of them ask for reuseAddr'
const ELSEWHERE =
  'UDP sockets share any other port too only if all of them ask, else bind fails with WSAEADDRINUSE or WSAEACCES'
const PORT_ZERO = 'bind with port 0 takes no port that is in use, even with reuseAddr'
const NOT_ASSOCIATED = 'bind to a reserved port fails without ASSOCIATE, even with reuseAddr'
const SHARE = 'UDP sockets share a port if all of them ask for reuseAddr, and a failed bind leaves no option set'
const RECEIVE = 'datagram sockets can share a port, and one that is open receives each datagram'
const ARGUMENTS = 'arguments of the wrong type or size throw before any call is made'

type Bind = (socket: MockSocket, address: SocketAddress, options: BindOptions | undefined) => void

function faultyBind(bind: Bind) {
  return faultySockets((socket) => ({ bind: (address, options) => bind(socket, address, options) }))
}

function refuse(errno: number) {
  return () => {
    throw new WinsockError(errno, 'bind')
  }
}

export const sharedPortFaults: readonly FaultCase[] = [
  [
    'reuseAddr is ignored',
    [SHARE_RESERVED, ELSEWHERE, SHARE, RECEIVE],
    faultyBind((socket, address, options) => socket.bind(address, { ...options, reuseAddr: false })),
  ],
  [
    'every UDP socket shares its port, with or without reuseAddr',
    [SHARE_RESERVED, ELSEWHERE, SHARE],
    faultyBind((socket, address) => socket.bind(address, { reuseAddr: socket.protocol === 'udp' })),
  ],
  [
    'only the later socket needs reuseAddr to share a port',
    [SHARE_RESERVED, ELSEWHERE, SHARE],
    faultyBind((socket, address, options) => {
      const join = () => socket.bind(address, options)
      recovering('WSAEACCES', join, options?.reuseAddr === true ? () => {} : join)
    }),
  ],
  [
    'a later socket with reuseAddr is refused with the error of a port in use',
    [ELSEWHERE],
    faultyBind((socket, address, options) => {
      recovering('WSAEACCES', () => socket.bind(address, options), refuse(WSAEADDRINUSE))
    }),
  ],
  [
    'a later socket without reuseAddr is refused with the error of a reserved port',
    [SHARE_RESERVED, ELSEWHERE, SHARE],
    faultyBind((socket, address, options) => {
      recovering('WSAEADDRINUSE', () => socket.bind(address, options), refuse(WSAEACCES))
    }),
  ],
  [
    'the options of a failed bind affect the next bind',
    [SHARE],
    faultySockets((socket) => {
      let reuseAddr = false
      return {
        bind: (address, options) => {
          reuseAddr ||= options?.reuseAddr === true
          socket.bind(address, { ...options, reuseAddr })
        },
      }
    }),
  ],
  [
    'bind with port 0 shares a port in use',
    [PORT_ZERO],
    faultySockets((socket, _transport, kernel) => ({
      bind: (address, options) => {
        const bound = kernel.inspect().sockets.find(({ port }) => port !== undefined)
        const port = options?.reuseAddr === true ? (bound?.port ?? 0) : 0
        socket.bind(address.port === 0 ? { ...address, port } : address, options)
      },
    })),
  ],
  [
    'reuseAddr opens reserved ports',
    [NOT_ASSOCIATED],
    faultyBind((socket, address, options) => {
      const bind = () => socket.bind(address, options)
      recovering('WSAEACCES', bind, socket.association === undefined && options?.reuseAddr === true ? () => {} : bind)
    }),
  ],
  [
    'TCP sockets accept reuseAddr',
    [ARGUMENTS],
    faultyBind((socket, address, options) => {
      socket.bind(address, socket.protocol === 'tcp' && options?.reuseAddr === true ? {} : options)
    }),
  ],
  [
    'only one socket on a port can be adopted',
    [RECEIVE],
    faultySockets((socket, _transport, kernel) => ({
      adopt: async (datagramSocket) => {
        if (kernel.inspect().sockets.some(({ state }) => state === 'adopted')) refuse(WSAEADDRINUSE)()
        await socket.adopt(datagramSocket)
      },
    })),
  ],
]
