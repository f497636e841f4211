import type { AddressFamily } from '@winport/transport'
import { DEFAULT_WORLD, WORLD_ANSWERS, type World } from '@winport/transport/backend'
import { describe, expect, it, vi } from 'vitest'
import { MockKernel } from '../src/index.js'
import { acquire, acquireAsync, associate, release } from './reservation-calls.js'

const FIRST = 50_000

/** A machine whose dynamic range is 50000-50039, and one elevated and one ordinary process on it. */
function openMachine(world: Partial<World>, options: { exclusion?: boolean } = {}) {
  const kernel = new MockKernel({
    world,
    dynamicRange: { startPort: FIRST, count: 40 },
    exclusions: options.exclusion === true ? [{ protocol: 'tcp', startPort: FIRST, count: 4 }] : [],
  })
  const process = kernel.openTransport()
  const elevated = kernel.openTransport({ elevated: true })
  const open = (family: AddressFamily = 'ipv4') => process.openSocket({ protocol: 'tcp', family })
  const associated = (token: bigint, family?: AddressFamily) => {
    const socket = open(family)
    associate(socket, token)
    return socket
  }
  const bind = (socket = open(), port = 0, address = '127.0.0.1') => {
    socket.bind({ address, port })
    return socket.localAddress().port
  }
  return { kernel, process, elevated, open, associated, bind }
}

type Machine = ReturnType<typeof openMachine>

/** The code of the error that a call fails with, or `'success'`. */
async function outcome(call: () => unknown): Promise<string> {
  try {
    await call()
    return 'success'
  } catch (error) {
    return String(Reflect.get(Object(error), 'code'))
  }
}

/** For each point whose answer is an error: a call that gets the answer. */
const PROVOKED: { readonly [Point in keyof World]?: (machine: Machine) => unknown } = {
  wildcardRefused: ({ open }) => acquire(open(), 0, 41),
  rangeTaken: ({ open, bind }) => {
    bind(open(), FIRST + 2)
    acquire(open(), FIRST, 4)
  },
  blockExhausted: ({ open, associated, bind }) => {
    const { token } = acquire(open(), 0, 1)
    bind(associated(token))
    bind(associated(token))
  },
  blockPortInUse: ({ open, associated, bind }) => {
    const { token, startPort } = acquire(open(), 0, 2)
    bind(associated(token), startPort)
    bind(associated(token), startPort)
  },
  portOutsideBlock: ({ open, associated, bind }) => {
    const { token, startPort } = acquire(open(), 0, 2)
    bind(associated(token), startPort + 2)
  },
  runtimePortRefused: ({ open, bind }) => bind(open(), acquire(open(), 0, 2).startPort),
  persistentPortRefused: async ({ elevated, open, bind }) => {
    await elevated.persistent.create({ protocol: 'tcp', startPort: 4000, count: 2 })
    bind(open(), 4001)
  },
  unknownToken: ({ associated }) => associated(1n),
  foreignToken: ({ elevated, associated }) => {
    associated(acquire(elevated.openSocket({ protocol: 'tcp' }), 0, 1).token)
  },
  endedToken: ({ open, associated }) => {
    const anchor = open()
    const { token } = acquire(anchor, 0, 1)
    anchor.close()
    associated(token)
  },
  bindAfterEnd: ({ open, associated, bind }) => {
    const anchor = open()
    const { token } = acquire(anchor, 0, 1)
    const socket = associated(token)
    release(anchor, token)
    bind(socket)
  },
  releaseWhileBound: ({ open, associated, bind }) => {
    const anchor = open()
    const { token } = acquire(anchor, 0, 2)
    bind(associated(token))
    release(anchor, token)
  },
  releaseThroughOther: ({ open }) => release(open(), acquire(open(), 0, 2).token),
  lookupUnelevated: async ({ process, elevated }) => {
    const range = { protocol: 'tcp', startPort: 4000, count: 2 } as const
    await elevated.persistent.create(range)
    await process.persistent.lookup(range)
  },
  acquireOnBound: ({ open, bind }) => {
    const anchor = open()
    bind(anchor, 4000)
    acquire(anchor, 0, 2)
  },
  secondAcquire: ({ open }) => {
    const anchor = open()
    acquire(anchor, 0, 2)
    acquire(anchor, 0, 2)
  },
}

describe.each(Object.entries(PROVOKED))('%s', (point, provoke) => {
  it.each(WORLD_ANSWERS[point as keyof World] as readonly string[])(
    'answers %s where the world says so',
    async (answer) => {
      const machine = openMachine({ [point]: answer })
      expect(await outcome(() => provoke(machine))).toBe(answer)
      await machine.process.close()
      await machine.elevated.close()
      machine.kernel.assertNothingHeld()
    },
  )
})

it('each other point has its own test', () => {
  const others = Object.keys(WORLD_ANSWERS).filter((point) => !(point in PROVOKED))
  expect(others).toEqual([
    'boundSocketAssociated',
    'blockServed',
    'tokenServes',
    'familyPools',
    'overlappedCall',
    'bytesReturned',
    'wildcardPlace',
    'portOrder',
    'createOverExclusion',
  ])
})

it.each(WORLD_ANSWERS.boundSocketAssociated)(
  'boundSocketAssociated: ASSOCIATE on a bound socket answers %s',
  async (answer) => {
    const { open, bind } = openMachine({ boundSocketAssociated: answer })
    const { token, startPort } = acquire(open(), 0, 2)
    const socket = open()
    bind(socket, 4000)
    expect(await outcome(() => associate(socket, token))).toBe(answer === 'ignored' ? 'success' : answer)
    socket.close()
    bind(open(), 4000)
    expect(await outcome(() => bind(open(), startPort))).toBe('WSAEACCES')
  },
)

describe('blockServed', () => {
  it('at-once: an associated socket gets a port', () => {
    const { open, associated, bind } = openMachine({ blockServed: 'at-once' })
    const { token, startPort } = acquire(open(), 0, 2)
    expect(bind(associated(token), startPort + 1)).toBe(startPort + 1)
  })

  it.each(['anchor-associated', 'anchor-bound'] as const)(
    '%s: only the anchor gets a port before that',
    async (answer) => {
      const { open, associated, bind } = openMachine({ blockServed: answer })
      const anchor = open()
      const { token, startPort } = acquire(anchor, 0, 2)
      const other = associated(token)
      expect(await outcome(() => bind(other))).toBe(DEFAULT_WORLD.blockExhausted)
      expect(await outcome(() => bind(other, startPort + 1))).toBe(DEFAULT_WORLD.runtimePortRefused)
      associate(anchor, token)
      if (answer === 'anchor-bound') {
        expect(await outcome(() => bind(other))).toBe(DEFAULT_WORLD.blockExhausted)
        expect(bind(anchor, startPort)).toBe(startPort)
      }
      expect(bind(other, startPort + 1)).toBe(startPort + 1)
    },
  )

  it('a persistent reservation, which has no anchor, is served at once', async () => {
    const { elevated, bind } = openMachine({ blockServed: 'anchor-bound' })
    const token = await elevated.persistent.create({ protocol: 'tcp', startPort: 4000, count: 2 })
    const socket = elevated.openSocket({ protocol: 'tcp' })
    associate(socket, token)
    expect(bind(socket, 4001)).toBe(4001)
  })
})

describe('tokenServes', () => {
  it('both-families: an IPv4 anchor serves IPv6 sockets', () => {
    const { open, associated, bind } = openMachine({ tokenServes: 'both-families' })
    const { token, startPort } = acquire(open('ipv4'), 0, 2)
    expect(bind(associated(token, 'ipv6'), startPort, '::1')).toBe(startPort)
  })

  it('anchor-family: a socket of the other family cannot be associated', async () => {
    const { open, associated } = openMachine({ tokenServes: 'anchor-family' })
    const { token } = acquire(open('ipv4'), 0, 2)
    expect(await outcome(() => associated(token, 'ipv6'))).toBe(DEFAULT_WORLD.unknownToken)
    expect(await outcome(() => associated(token, 'ipv4'))).toBe('success')
  })

  it('anchor-family: an IPv6 anchor serves IPv4 through IPv6 sockets, and the port is taken for IPv4', async () => {
    const { open, associated, bind } = openMachine({ tokenServes: 'anchor-family' })
    const { token, startPort } = acquire(open('ipv6'), 0, 2)
    expect(await outcome(() => associated(token, 'ipv4'))).toBe(DEFAULT_WORLD.unknownToken)
    expect(bind(associated(token, 'ipv6'), startPort, '::ffff:127.0.0.1')).toBe(startPort)
    expect(await outcome(() => bind(associated(token, 'ipv6'), startPort, '::'))).toBe(DEFAULT_WORLD.blockPortInUse)
    expect(bind(associated(token, 'ipv6'), startPort, '::1')).toBe(startPort)
  })
})

describe('familyPools', () => {
  it('one: an IPv4 reservation keeps IPv6 sockets out', async () => {
    const { open, bind } = openMachine({ familyPools: 'one' })
    const { startPort } = acquire(open('ipv4'), 0, 2)
    expect(await outcome(() => bind(open('ipv6'), startPort, '::1'))).toBe('WSAEACCES')
  })

  it('two: an IPv4 reservation holds only IPv4 ports', async () => {
    const { open, bind } = openMachine({ familyPools: 'two' })
    const { startPort } = acquire(open('ipv4'), 0, 2)
    expect(bind(open('ipv6'), startPort, '::1')).toBe(startPort)
    expect(await outcome(() => bind(open('ipv6'), startPort + 1, '::'))).toBe('WSAEACCES')
    expect(await outcome(() => bind(open('ipv4'), startPort + 1))).toBe('WSAEACCES')
  })

  it('two: a port that only IPv6 has bound can be reserved for IPv4, but not dual-stack', async () => {
    const { open, bind } = openMachine({ familyPools: 'two' })
    bind(open('ipv6'), FIRST + 1, '::1')
    expect(acquire(open('ipv4'), FIRST, 2).startPort).toBe(FIRST)
    expect(await outcome(() => acquire(open('ipv6'), FIRST, 2))).toBe(DEFAULT_WORLD.rangeTaken)
    expect(acquire(open('ipv6'), 0, 2).startPort).toBe(FIRST + 2)
  })

  it('two: every port is free again when reservations and sockets have ended', () => {
    const { open, associated, bind } = openMachine({ familyPools: 'two' })
    const anchor = open('ipv4')
    const { token, startPort } = acquire(anchor, FIRST, 2)
    const sockets = [associated(token), open('ipv6')]
    bind(sockets[0], startPort)
    bind(sockets[1], startPort, '::1')
    release(anchor, token)
    for (const socket of sockets) socket.close()
    expect(acquire(open('ipv6'), FIRST, 40).count).toBe(40)
  })
})

describe('overlappedCall', () => {
  it.each(WORLD_ANSWERS.overlappedCall)('%s: the call completes with its output', async (answer) => {
    const { open } = openMachine({ overlappedCall: answer })
    expect((await acquireAsync(open(), 0, 3)).count).toBe(3)
  })

  it('pending-later: the call completes while a test has faked the timers', async () => {
    vi.useFakeTimers({ toFake: ['setImmediate', 'setTimeout'] })
    try {
      const { open } = openMachine({ overlappedCall: 'pending-later' })
      expect((await acquireAsync(open(), 0, 3)).count).toBe(3)
    } finally {
      vi.useRealTimers()
    }
  })

  it('pending-later: closing the socket ends the call, and nothing is reserved', async () => {
    const { kernel, open } = openMachine({ overlappedCall: 'pending-later' })
    const anchor = open()
    const pending = acquireAsync(anchor, 0, 3)
    anchor.close()
    await expect(pending).rejects.toMatchObject({ code: 'WSA_OPERATION_ABORTED' })
    kernel.assertNothingHeld()
  })
})

it.each(WORLD_ANSWERS.bytesReturned)('bytesReturned: ASSOCIATE and RELEASE return %s', (bytes) => {
  const { open } = openMachine({ bytesReturned: bytes })
  const anchor = open()
  const { token } = acquire(anchor, 0, 2)
  const input = new Uint8Array(new BigUint64Array([token]).buffer)
  expect(anchor.ioctl(0x98000066, input, null)).toBe(bytes)
  expect(anchor.ioctl(0x98000065, input, null)).toBe(bytes)
})

it('wildcardPlace: above-1023 gives wildcards from 1024 on, whatever the dynamic range', () => {
  const { open } = openMachine({ wildcardPlace: 'above-1023' })
  expect(acquire(open(), 0, 2).startPort).toBe(1024)
  expect(acquire(open(), 0, 41).startPort).toBe(1026)
})

describe('portOrder', () => {
  const bindTwice = (portOrder: World['portOrder']) => {
    const { open, associated, bind } = openMachine({ portOrder })
    const { token, startPort } = acquire(open(), 0, 3)
    return Array.from({ length: 4 }, () => {
      const socket = associated(token)
      const port = bind(socket) - startPort
      socket.close()
      return port
    })
  }

  it('lowest: port 0 takes the lowest free port', () => expect(bindTwice('lowest')).toEqual([0, 0, 0, 0]))
  it('next: port 0 takes the port after the last one given', () => expect(bindTwice('next')).toEqual([0, 1, 2, 0]))
  it('random: port 0 takes any port of the block', () => {
    for (const port of bindTwice('random')) expect([0, 1, 2]).toContain(port)
  })
})

describe('createOverExclusion', () => {
  const range = { protocol: 'tcp', startPort: FIRST + 2, count: 4 } as const

  it('ERROR_SHARING_VIOLATION: a persistent reservation over an exclusion is refused', async () => {
    const { elevated } = openMachine({ createOverExclusion: 'ERROR_SHARING_VIOLATION' }, { exclusion: true })
    expect(await outcome(() => elevated.persistent.create(range))).toBe('ERROR_SHARING_VIOLATION')
  })

  it('success: it is created, unless a port is bound or reserved; its end leaves the exclusion', async () => {
    const { elevated, open, bind } = openMachine({ createOverExclusion: 'success' }, { exclusion: true })
    const socket = open()
    bind(socket, FIRST + 3)
    expect(await outcome(() => elevated.persistent.create(range))).toBe('ERROR_SHARING_VIOLATION')
    socket.close()
    await elevated.persistent.create(range)
    expect(await outcome(() => elevated.persistent.create(range))).toBe('ERROR_SHARING_VIOLATION')
    await elevated.persistent.delete(range)
    expect(acquire(open(), 0, 2).startPort).toBe(FIRST + 4)
  })
})

it('endedToken: a reboot ends the tokens of runtime and persistent reservations', async () => {
  const { kernel, open, elevated } = openMachine({ endedToken: 'WSAEACCES', unknownToken: 'WSAEADDRNOTAVAIL' })
  const runtime = acquire(open(), 0, 1).token
  const persistent = await elevated.persistent.create({ protocol: 'tcp', startPort: 4000, count: 2 })
  kernel.reboot()
  for (const token of [runtime, persistent]) {
    expect(await outcome(() => associate(elevated.openSocket({ protocol: 'tcp' }), token))).toBe('WSAEACCES')
    expect(await outcome(() => associate(elevated.openSocket({ protocol: 'udp' }), token))).toBe('WSAEADDRNOTAVAIL')
  }
})

describe('an invalid world', () => {
  it.each([
    [{ weather: 'fine' }, 'ERR_OUT_OF_RANGE'],
    [{ blockServed: 'never' }, 'ERR_OUT_OF_RANGE'],
    [{ blockServed: undefined }, 'ERR_OUT_OF_RANGE'],
    [null, 'ERR_INVALID_ARG_TYPE'],
    ['default', 'ERR_INVALID_ARG_TYPE'],
  ])('is refused: %j', (world, code) => {
    const open = () => new MockKernel({ world: world as Partial<World> })
    expect(open).toThrow(expect.objectContaining({ code }))
  })
})

it('kernel.world has every point of the world', () => {
  expect(new MockKernel().world).toEqual(DEFAULT_WORLD)
  expect(new MockKernel({ world: { bytesReturned: 8 } }).world).toEqual({ ...DEFAULT_WORLD, bytesReturned: 8 })
})
