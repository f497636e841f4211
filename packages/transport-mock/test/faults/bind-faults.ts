import { WSAEACCES } from '@winport/definitions'
import { type Transport, WinsockError, type WinsockSocket } from '@winport/transport'
import { DEFAULT_WORLD } from '@winport/transport/backend'
import { altered } from '../altered.js'
import { faultySockets, recovering } from '../faulty-transport.js'
import type { FaultCase } from './fault-case.js'

export const bindFaults: readonly FaultCase[] = [
  [
    'TCP and UDP share one pool',
    [1, 10],
    {
      transport: (transport) =>
        altered<Transport>(transport, {
          openSocket: (spec) =>
            altered<WinsockSocket>(transport.openSocket({ ...spec, protocol: 'tcp' }), { protocol: spec.protocol }),
        }),
    },
  ],
  [
    'an associated socket may bind outside its reservation',
    [6],
    faultySockets((socket, transport) => {
      let outside: WinsockSocket | undefined
      return {
        bind: (address, options) =>
          recovering(
            DEFAULT_WORLD.portOutsideBlock,
            () => socket.bind(address, options),
            () => {
              outside = transport.openSocket({ protocol: socket.protocol, family: socket.family })
              outside.bind(address, options)
            },
          ),
        localAddress: () => (outside ?? socket).localAddress(),
      }
    }),
  ],
  [
    'bind with port 0 takes an ephemeral port, associated or not',
    [4],
    faultySockets((socket, transport) => {
      let ephemeral: WinsockSocket | undefined
      return {
        bind: (address, options) => {
          if (address.port !== 0) return socket.bind(address, options)
          ephemeral = transport.openSocket({ protocol: socket.protocol, family: socket.family })
          ephemeral.bind(address, options)
        },
        localAddress: () => (ephemeral ?? socket).localAddress(),
      }
    }),
  ],
  [
    'an exhausted reservation gives ports outside the block',
    [4],
    faultySockets((socket) => ({
      bind: (address, options) =>
        recovering(
          DEFAULT_WORLD.blockExhausted,
          () => socket.bind(address, options),
          () => {},
        ),
    })),
  ],
  [
    'a reserved port can be bound without ASSOCIATE',
    [9],
    faultySockets((socket) => ({
      bind: (address, options) =>
        recovering(
          'WSAEACCES',
          () => socket.bind(address, options),
          () => {},
        ),
    })),
  ],
  [
    'a reserved port is refused with the error of a bound one',
    [9],
    faultySockets((socket) => ({
      bind: (address, options) =>
        recovering(
          'WSAEACCES',
          () => socket.bind(address, options),
          () => {
            throw new WinsockError(10_048, 'bind')
          },
        ),
    })),
  ],
  [
    'the ephemeral allocator gives out reserved ports',
    [9],
    faultySockets((socket, _transport, kernel) => ({
      localAddress: () => {
        const local = socket.localAddress()
        const reserved = kernel.inspect().reservations.find(({ protocol }) => protocol === socket.protocol)
        return reserved === undefined ? local : { ...local, port: reserved.startPort }
      },
    })),
  ],
  [
    'an administered exclusion cannot be bound',
    [7],
    faultySockets((socket, _transport, kernel) => ({
      bind: (address, options) => {
        const { exclusions } = kernel.inspect()
        if (exclusions.some(({ startPort, count }) => address.port >= startPort && address.port < startPort + count)) {
          throw new WinsockError(WSAEACCES, 'bind')
        }
        socket.bind(address, options)
      },
    })),
  ],
  [
    'an administered exclusion does not keep reservations out',
    [7],
    { machine: (machine) => ({ ...machine, addExclusion: () => {} }) },
  ],
  [
    'an exclusion affects both protocols',
    [10],
    {
      machine: (machine, kernel) => ({
        ...machine,
        addExclusion: (_protocol, startPort, count) => {
          for (const protocol of ['tcp', 'udp'] as const) kernel.addExclusion({ protocol, startPort, count })
        },
      }),
    },
  ],
  [
    'a second bind succeeds',
    ['contract'],
    faultySockets((socket) => ({
      bind: (address, options) =>
        recovering(
          'WSAEINVAL',
          () => socket.bind(address, options),
          () => {},
        ),
    })),
  ],
  [
    'invalid arguments are converted to valid ones',
    ['contract'],
    faultySockets((socket) => ({
      ioctl: (code, input, output) => socket.ioctl(Number(code) >>> 0, input, output),
      bind: ({ address, port }, options) => socket.bind({ address, port: port & 0xffff }, options),
    })),
  ],
]
