import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import {
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
  WSAEACCES,
  WSAEFAULT,
} from '@winport/definitions'
import {
  AbortError,
  IpHelperError,
  type PersistentReservations,
  type Transport,
  WinsockError,
  type WinsockSocket,
} from '@winport/transport'
import {
  type ConformanceResult,
  type ConformanceTest,
  conformanceTests,
  runConformance,
  TransportProcess,
} from '@winport/transport/conformance'
import { describe, expect, it } from 'vitest'
import { MockKernel, type MockTransport } from '../src/index.js'
import { altered } from './altered.js'
import { changeGrant, codeOf, faultyCalls, faultySockets, recovering, withRange } from './faulty-transport.js'
import {
  LEGACY_BUILD,
  LEGACY_FEATURES,
  MODERN_BUILD,
  MODERN_FEATURES,
  mockTarget,
  type TargetFault,
} from './mock-target.js'

// A suite that cannot fail proves nothing. Each line is a backend with one thing wrong with it, and the behaviours
// whose tests must say so.
type FaultCase = readonly [what: string, broken: readonly ConformanceTest['behaviour'][], fault: TargetFault]

const ACQUIRE = SIO_ACQUIRE_PORT_RESERVATION
const ASSOCIATE = SIO_ASSOCIATE_PORT_RESERVATION
const RELEASE = SIO_RELEASE_PORT_RESERVATION

const controlCallFaults: readonly FaultCase[] = [
  ['RELEASE does nothing', [3, 11, 13], faultyCalls(RELEASE, { request: () => 0 })],
  ['ASSOCIATE does nothing', [3, 4, 5, 6, 13, 14], faultyCalls(ASSOCIATE, { request: () => 0 })],
  ['ACQUIRE returns no count of bytes', [17], faultyCalls(ACQUIRE, { result: () => 0 })],
  [
    'ACQUIRE writes past its struct',
    [17],
    faultyCalls(ACQUIRE, {
      result: (returned, { output }) => {
        output?.fill(0, returned)
        return returned
      },
    }),
  ],
  [
    'ACQUIRE takes a buffer that is too small',
    [2],
    faultyCalls(ACQUIRE, { request: ({ input }) => ({ input, output: new Uint8Array(16) }) }),
  ],
  [
    'ACQUIRE takes no ports for one',
    [12],
    faultyCalls(ACQUIRE, {
      request: (call) => withRange(call, (range) => ({ NumberOfPorts: range.NumberOfPorts || 1 })),
    }),
  ],
  [
    'ACQUIRE cuts a range off at 65535',
    [12],
    faultyCalls(ACQUIRE, {
      request: (call) =>
        withRange(call, ({ StartPort, NumberOfPorts }) => ({
          NumberOfPorts: Math.min(NumberOfPorts, 65_536 - StartPort),
        })),
    }),
  ],
  [
    'ACQUIRE reserves one port too few',
    [4, 7, 15],
    faultyCalls(ACQUIRE, {
      request: (call) => withRange(call, ({ NumberOfPorts }) => ({ NumberOfPorts: Math.max(NumberOfPorts - 1, 1) })),
    }),
  ],
  [
    'a wildcard is taken outside the dynamic range',
    [15],
    faultyCalls(ACQUIRE, {
      request: (call) => withRange(call, ({ StartPort }) => ({ StartPort: StartPort || 20_000 })),
    }),
  ],
  [
    'the start port is left in network byte order',
    [1, 3, 4, 15],
    faultyCalls(ACQUIRE, {
      result: (returned, call) => {
        changeGrant(call, ({ StartPort }) => ({ StartPort: ((StartPort & 0xff) << 8) | (StartPort >> 8) }))
        return returned
      },
    }),
  ],
  [
    'tokens are cut to the 53 bits of a number',
    [3, 4, 5, 11],
    faultyCalls(ACQUIRE, {
      result: (returned, call) => {
        changeGrant(call, ({ Token }) => ({ Token: BigInt(Number(Token)) }))
        return returned
      },
    }),
  ],
  [
    'a second socket cannot be associated',
    [4, 5],
    (() => {
      const associated = new WeakSet<object>()
      return faultyCalls(ASSOCIATE, {
        request: (call) => {
          if (associated.has(call.socket.home.transport)) throw new WinsockError(WSAEACCES, 'WSAIoctl')
          return call
        },
        result: (returned, { socket }) => {
          associated.add(socket.home.transport)
          return returned
        },
      })
    })(),
  ],
  [
    'ASSOCIATE says yes to a bound socket',
    [4, 13],
    faultyCalls(ASSOCIATE, {
      failure: (error, { socket }) => {
        if (socket.binding !== undefined) return 0
        throw error
      },
    }),
  ],
  ['RELEASE says yes to every token', [3, 13], faultyCalls(RELEASE, { failure: () => 0 })],
  [
    'every refusal is the same error',
    [2, 7, 8, 12, 15, 'errors'],
    faultyCalls(undefined, {
      failure: () => {
        throw new WinsockError(WSAEACCES, 'WSAIoctl')
      },
    }),
  ],
  [
    'a failed call reports bytes',
    [2],
    faultyCalls(undefined, {
      failure: (error) => {
        if (!(error instanceof WinsockError)) throw error
        throw new WinsockError(error.errno, error.syscall, { bytesReturned: 16 })
      },
    }),
  ],
  [
    'an error does not name its call',
    ['errors'],
    faultyCalls(undefined, {
      failure: (error) => {
        throw error instanceof WinsockError ? new WinsockError(error.errno, 'WSAIoctl') : error
      },
    }),
  ],
  [
    'an error that no table knows becomes one that it knows',
    ['errors'],
    faultyCalls(undefined, {
      failure: (error) => {
        throw codeOf(error) === 'UNKNOWN'
          ? new WinsockError(WSAEFAULT, 'WSAIoctl(SIO_ACQUIRE_PORT_RESERVATION)')
          : error
      },
    }),
  ],
  [
    'an interrupted call is made again',
    [16],
    faultySockets((socket) => ({
      ioctl: (...call) =>
        recovering(
          'WSAEINTR',
          () => socket.ioctl(...call),
          () => socket.ioctl(...call),
        ),
    })),
  ],
]

const pendingCallFaults: readonly FaultCase[] = [
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

const lifetimeFaults: readonly FaultCase[] = [
  ['closing a socket does nothing', [3, 8, 11, 'contract'], faultySockets(() => ({ close: () => {} }))],
  [
    'closing a socket a second time is an error',
    ['contract'],
    faultySockets((socket) => ({
      close: () => {
        if (socket.state === 'closed') throw new WinsockError(WSAEFAULT, 'closesocket')
        socket.close()
      },
    })),
  ],
  [
    'closing a transport does nothing',
    [1, 3, 22, 'contract'],
    { transport: (transport) => altered<Transport>(transport, { close: async () => {} }) },
  ],
  [
    'closing a transport a second time is an error',
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
          if (code === RELEASE) for (const other of bound) other.close()
          return socket.ioctl(code, input, output)
        },
      }))
    })(),
  ],
  [
    'another process passes for this one',
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

const bindFaults: readonly FaultCase[] = [
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
    'IPv6 has a pool of its own',
    [19],
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
    'an associated socket may bind outside its reservation',
    [6],
    faultySockets((socket) => ({
      bind: (address) =>
        recovering(
          'WSAEADDRNOTAVAIL',
          () => socket.bind(address),
          () => {},
        ),
    })),
  ],
  [
    'bind with port 0 takes an ephemeral port, associated or not',
    [4],
    faultySockets((socket, transport) => {
      let ephemeral: WinsockSocket | undefined
      return {
        bind: (address) => {
          if (address.port !== 0) return socket.bind(address)
          ephemeral = transport.openSocket({ protocol: socket.protocol, family: socket.family })
          ephemeral.bind(address)
        },
        localAddress: () => (ephemeral ?? socket).localAddress(),
      }
    }),
  ],
  [
    'an exhausted reservation gives ports from elsewhere',
    [4],
    faultySockets((socket) => ({
      bind: (address) =>
        recovering(
          'WSAEADDRINUSE',
          () => socket.bind(address),
          () => {},
        ),
    })),
  ],
  [
    'a reserved port can be bound without ASSOCIATE',
    [9],
    faultySockets((socket) => ({
      bind: (address) =>
        recovering(
          'WSAEACCES',
          () => socket.bind(address),
          () => {},
        ),
    })),
  ],
  [
    'a reserved port is refused with the error of a bound one',
    [9],
    faultySockets((socket) => ({
      bind: (address) =>
        recovering(
          'WSAEACCES',
          () => socket.bind(address),
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
      bind: (address) => {
        const { exclusions } = kernel.inspect()
        if (exclusions.some(({ startPort, count }) => address.port >= startPort && address.port < startPort + count)) {
          throw new WinsockError(WSAEACCES, 'bind')
        }
        socket.bind(address)
      },
    })),
  ],
  [
    'an administered exclusion does not keep reservations out',
    [7],
    { machine: (machine) => ({ ...machine, addExclusion: () => {} }) },
  ],
  [
    'an exclusion counts for both protocols',
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
    'a second bind is allowed',
    ['contract'],
    faultySockets((socket) => ({
      bind: (address) =>
        recovering(
          'WSAEINVAL',
          () => socket.bind(address),
          () => {},
        ),
    })),
  ],
  [
    'arguments are bent until they fit',
    ['contract'],
    faultySockets((socket) => ({
      ioctl: (code, input, output) => socket.ioctl(Number(code) >>> 0, input, output),
      bind: ({ address, port }) => socket.bind({ address, port: port & 0xffff }),
    })),
  ],
]

const adoptionFaults: readonly FaultCase[] = [
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
      attach: async (datagramSocket) => {
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
    'a connection does not listen to its signal',
    ['contract'],
    faultySockets((socket) => ({ connect: (remote) => socket.connect(remote) })),
  ],
]

/** Changes the six persistent functions. */
function faultyPersistent(
  change: (persistent: PersistentReservations, kernel: MockKernel) => Partial<PersistentReservations>,
): TargetFault {
  return {
    transport: (transport, kernel) => {
      const { persistent } = transport
      return altered<Transport>(transport, { persistent: { ...persistent, ...change(persistent, kernel) } })
    },
  }
}

const persistentFaults: readonly FaultCase[] = [
  [
    'nobody needs elevation',
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
    'Create says yes to a range that is taken',
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
    'Lookup and Delete take a range that starts where a reservation does',
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
  ['Delete does nothing', [14, 21, 22], faultyPersistent(() => ({ delete: async () => {} }))],
  [
    'errors of IP Helper are named from Winsock’s table',
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
    'a persistent token is cut to the 53 bits of a number',
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
    'the machine is too old for what it can do',
    [18],
    { machine: (machine) => ({ ...machine, windowsBuild: LEGACY_BUILD }) },
  ],
]

const legacyFaults: readonly FaultCase[] = [
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

interface Run {
  readonly fault: TargetFault
  readonly legacy: boolean
  /** Slow, but what the adoption tests need: real traffic goes through real ports. */
  readonly avoidHostPorts: boolean
  readonly timeLimit?: number
}

async function failures({ fault, legacy, avoidHostPorts, timeLimit }: Run): Promise<readonly ConformanceResult[]> {
  const [build, features] = legacy ? [LEGACY_BUILD, LEGACY_FEATURES] : [MODERN_BUILD, MODERN_FEATURES]
  const target = mockTarget('a faulty backend', build, features, fault, avoidHostPorts)
  const { results } = await runConformance(timeLimit === undefined ? target : { ...target, timeLimit })
  return results.filter(({ outcome }) => outcome === 'failed')
}

function itNotices(cases: readonly FaultCase[], legacy = false): void {
  it.each(cases)('%s', async (_what, broken, fault) => {
    const avoidHostPorts = broken.includes('contract')
    const failed = await failures({ fault, legacy, avoidHostPorts, timeLimit: 100 })
    const found = new Set(failed.map(({ behaviour }) => behaviour))
    expect(broken.filter((behaviour) => !found.has(behaviour))).toEqual([])
  })
}

describe('the suite notices a backend in which', () => {
  describe('control calls:', () => itNotices(controlCallFaults))
  describe('pending calls:', () => itNotices(pendingCallFaults))
  describe('lifetimes:', () => itNotices(lifetimeFaults))
  describe('bind:', () => itNotices(bindFaults))
  describe('adoption:', () => itNotices(adoptionFaults))
  describe('persistent reservations:', () => itNotices(persistentFaults))
  describe('before Windows Vista:', () => itNotices(legacyFaults, true))
})

it.each([false, true])(
  'a backend with nothing wrong with it passes through the same wrapper (legacy: %s)',
  async (legacy) => {
    expect(await failures({ fault: faultyCalls(undefined, {}), legacy, avoidHostPorts: true })).toEqual([])
  },
)

it('every behaviour of the reference is broken by some of these faults', () => {
  const all = [controlCallFaults, pendingCallFaults, lifetimeFaults, bindFaults, adoptionFaults, persistentFaults]
  const broken = new Set([...all.flat(), ...legacyFaults].flatMap(([, behaviours]) => behaviours))
  expect(new Set(conformanceTests.map(({ behaviour }) => behaviour))).toEqual(broken)
})
