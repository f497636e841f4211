import { describe, expect, it } from 'vitest'
import { DEFAULT_WORLD, MockKernel, type MockKernelOptions } from '../src/index.js'
import { acquire, associate, release } from './reservation-calls.js'

const HOST = '127.0.0.1'

/** A value of the wrong type, as a JavaScript caller may pass it. */
function hostile(value: unknown): never {
  return value as never
}

function typeError(message: string): object {
  return { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message }
}

function rangeError(message: string): object {
  return { name: 'RangeError', code: 'ERR_OUT_OF_RANGE', message }
}

describe('options', () => {
  it('default to those of Windows', () => {
    const kernel = new MockKernel()
    expect(kernel.dynamicRange).toEqual({ startPort: 49_152, count: 16_384 })
    expect(kernel.windowsBuild).toBe(26_100)
    expect(kernel.inspect()).toEqual({ processes: [], sockets: [], reservations: [], exclusions: [] })
  })

  it.each<[string, MockKernelOptions, object]>([
    [
      'a null dynamic range',
      { dynamicRange: hostile(null) },
      typeError('The "dynamicRange" argument must be of type object. Received null'),
    ],
    [
      'a dynamic range that starts at port 0',
      { dynamicRange: { startPort: 0, count: 10 } },
      rangeError('The value of "dynamicRange.startPort" is out of range. It must be >= 1 and <= 65535. Received 0'),
    ],
    [
      'a dynamic range past port 65535',
      { dynamicRange: { startPort: 65_530, count: 7 } },
      rangeError('The value of "dynamicRange.count" is out of range. It must be >= 1 and <= 6. Received 7'),
    ],
    [
      'an empty dynamic range',
      { dynamicRange: { startPort: 50_000, count: 0 } },
      rangeError('The value of "dynamicRange.count" is out of range. It must be >= 1 and <= 15536. Received 0'),
    ],
    [
      'a start port of type string',
      { dynamicRange: { startPort: hostile('1'), count: 1 } },
      typeError(`The "dynamicRange.startPort" property must be of type number. Received type string ('1')`),
    ],
    [
      'a build of type string',
      { windowsBuild: hostile('10') },
      typeError(`The "windowsBuild" argument must be of type number. Received type string ('10')`),
    ],
    [
      'a negative build',
      { windowsBuild: -1 },
      rangeError('The value of "windowsBuild" is out of range. It must be >= 0 and <= 4294967295. Received -1'),
    ],
    [
      'an undefined exclusion',
      { exclusions: [hostile(undefined)] },
      typeError('The "exclusion" argument must be of type object. Received undefined'),
    ],
    [
      'an exclusion of an unknown protocol',
      { exclusions: [{ protocol: hostile('icmp'), startPort: 1, count: 1 }] },
      rangeError(`The value of "protocol" is out of range. It must be 'tcp' or 'udp'. Received 'icmp'`),
    ],
    [
      'an exclusion that starts at port 0',
      { exclusions: [{ protocol: 'tcp', startPort: 0, count: 1 }] },
      rangeError('The value of "exclusion.startPort" is out of range. It must be >= 1 and <= 65535. Received 0'),
    ],
    [
      'an exclusion past port 65535',
      { exclusions: [{ protocol: 'tcp', startPort: 65_535, count: 2 }] },
      rangeError('The value of "exclusion.count" is out of range. It must be >= 1 and <= 1. Received 2'),
    ],
  ])('do not accept %s', (_title, options, expected) => {
    expect(() => new MockKernel(options)).toThrow(expect.objectContaining(expected))
  })
})

describe('a process', () => {
  it('has a unique pid, and is not elevated by default', () => {
    const kernel = new MockKernel()
    const first = kernel.openTransport()
    const [chosen, second] = [kernel.openTransport({ pid: first.pid + 4, elevated: true }), kernel.openTransport()]
    expect(new Set([first.pid, chosen.pid, second.pid]).size).toBe(3)
    expect(kernel.inspect().processes).toEqual([
      { pid: first.pid, elevated: false },
      { pid: first.pid + 4, elevated: true },
      { pid: second.pid, elevated: false },
    ])
    expect([first.elevated, chosen.elevated, first.name]).toEqual([false, true, 'mock'])
  })

  it('cannot have a pid in use, and frees its pid when it ends', async () => {
    const kernel = new MockKernel()
    const transport = kernel.openTransport({ pid: 7 })
    expect(() => kernel.openTransport({ pid: 7 })).toThrow(
      expect.objectContaining(rangeError('The value of "pid" is out of range. It must be an unused pid. Received 7')),
    )
    await transport.close()
    expect(kernel.openTransport({ pid: 7 }).pid).toBe(7)
  })

  it.each([
    [{ pid: 0 }, rangeError('The value of "pid" is out of range. It must be >= 1 and <= 4294967295. Received 0')],
    [
      { pid: 1.5 },
      rangeError('The value of "pid" is out of range. It must be an integer >= 1 and <= 4294967295. Received 1.5'),
    ],
    [{ pid: hostile('7') }, typeError(`The "pid" argument must be of type number. Received type string ('7')`)],
    [{ elevated: hostile(1) }, typeError('The "elevated" argument must be of type boolean. Received type number (1)')],
  ])('cannot be opened with %o', (options, expected) => {
    const kernel = new MockKernel()
    expect(() => kernel.openTransport(options)).toThrow(expect.objectContaining(expected))
    expect(kernel.inspect().processes).toEqual([])
  })

  it('that ends loses its sockets and runtime reservations; other processes keep theirs', () => {
    const kernel = new MockKernel()
    const [dying, living] = [kernel.openTransport({ pid: 1 }), kernel.openTransport({ pid: 2 })]
    const grant = acquire(dying.openSocket({ protocol: 'tcp' }), 0, 4)
    const bound = dying.openSocket({ protocol: 'tcp' })
    associate(bound, grant.token)
    bound.bind({ address: HOST, port: 0 })
    acquire(living.openSocket({ protocol: 'tcp' }), 0, 4)
    dying.exit()
    dying.exit()
    const { processes, sockets, reservations } = kernel.inspect()
    expect(processes).toEqual([{ pid: 2, elevated: false }])
    expect(sockets.map(({ pid }) => pid)).toEqual([2])
    expect(reservations.map(({ pid }) => pid)).toEqual([2])
    expect(acquire(living.openSocket({ protocol: 'tcp' }), grant.startPort, 4).startPort).toBe(grant.startPort)
  })

  it('that has ended can make no calls', async () => {
    const kernel = new MockKernel()
    const transport = kernel.openTransport({ elevated: true })
    const socket = transport.openSocket({ protocol: 'tcp' })
    transport.exit()
    const range = { protocol: 'udp', startPort: 5000, count: 1 } as const
    expect(() => socket.bind({ address: HOST, port: 0 })).toThrow(expect.objectContaining({ code: 'WSAENOTSOCK' }))
    expect(() => transport.openOtherSocket()).toThrow(expect.objectContaining({ code: 'WSANOTINITIALISED' }))
    await expect(transport.persistent.create(range)).rejects.toMatchObject({
      code: 'ERROR_OPERATION_ABORTED',
      syscall: 'CreatePersistentUdpPortReservation',
    })
    expect(kernel.inspect()).toEqual({ processes: [], sockets: [], reservations: [], exclusions: [] })
  })
})

describe('inspect', () => {
  it('shows who holds what', async () => {
    const kernel = new MockKernel({ exclusions: [{ protocol: 'udp', startPort: 6000, count: 10 }] })
    const transport = kernel.openTransport({ pid: 44, elevated: true })
    const anchor = transport.openSocket({ protocol: 'tcp' })
    const { token } = acquire(anchor, 5000, 3)
    const bound = transport.openSocket({ protocol: 'tcp', family: 'ipv6' })
    associate(bound, token)
    bound.bind({ address: '::1', port: 5001 })
    const persistentToken = await transport.persistent.create({ protocol: 'udp', startPort: 7000, count: 2 })
    expect(kernel.inspect()).toEqual({
      processes: [{ pid: 44, elevated: true }],
      sockets: [
        {
          pid: 44,
          protocol: 'tcp',
          family: 'ipv4',
          state: 'open',
          address: undefined,
          port: undefined,
          pendingCalls: 0,
        },
        { pid: 44, protocol: 'tcp', family: 'ipv6', state: 'open', address: '::1', port: 5001, pendingCalls: 0 },
      ],
      reservations: [
        {
          kind: 'runtime',
          protocol: 'tcp',
          startPort: 5000,
          endPort: 5002,
          count: 3,
          token,
          pid: 44,
          boundPorts: [5001],
        },
        {
          kind: 'persistent',
          protocol: 'udp',
          startPort: 7000,
          endPort: 7001,
          count: 2,
          token: persistentToken,
          pid: undefined,
          boundPorts: [],
        },
      ],
      exclusions: [{ protocol: 'udp', startPort: 6000, count: 10 }],
    })
  })

  it('returns a snapshot that later changes do not affect', () => {
    const kernel = new MockKernel()
    const before = kernel.inspect()
    kernel.openTransport().openSocket({ protocol: 'tcp' })
    kernel.addExclusion({ protocol: 'tcp', startPort: 1, count: 1 })
    expect(before).toEqual({ processes: [], sockets: [], reservations: [], exclusions: [] })
  })
})

describe('assertNothingHeld', () => {
  it('lists every runtime reservation and every socket, one a line', () => {
    const kernel = new MockKernel()
    const transport = kernel.openTransport({ pid: 44 })
    acquire(transport.openSocket({ protocol: 'udp' }), 5000, 20)
    transport.openSocket({ protocol: 'tcp' }).bind({ address: HOST, port: 6000 })
    expect(() => kernel.assertNothingHeld()).toThrow(
      new Error(
        'Still held on the simulated machine:\n' +
          '  udp 5000-5019 reserved by process 44\n' +
          '  udp socket not bound, open, of process 44\n' +
          '  tcp socket on port 6000, open, of process 44',
      ),
    )
  })

  it('accepts processes, exclusions and persistent reservations', async () => {
    const kernel = new MockKernel({ exclusions: [{ protocol: 'tcp', startPort: 6000, count: 1 }] })
    const transport = kernel.openTransport({ elevated: true })
    await transport.persistent.create({ protocol: 'tcp', startPort: 5000, count: 2 })
    const anchor = transport.openSocket({ protocol: 'tcp' })
    acquire(anchor, 0, 4)
    expect(() => kernel.assertNothingHeld()).toThrow(/reserved by process/)
    anchor.close()
    expect(() => kernel.assertNothingHeld()).not.toThrow()
  })

  it('lists the open anchor of a released reservation', () => {
    const kernel = new MockKernel()
    const anchor = kernel.openTransport({ pid: 44 }).openSocket({ protocol: 'tcp' })
    release(anchor, acquire(anchor, 0, 4).token)
    expect(() => kernel.assertNothingHeld()).toThrow(
      new Error('Still held on the simulated machine:\n  tcp socket not bound, open, of process 44'),
    )
  })
})

describe('reboot', () => {
  it('ends sockets and runtime reservations; persistent ones stay with new tokens', async () => {
    const kernel = new MockKernel()
    const transport = kernel.openTransport({ pid: 44, elevated: true })
    const range = { protocol: 'tcp', startPort: 5000, count: 4 } as const
    const token = await transport.persistent.create(range)
    const anchor = transport.openSocket({ protocol: 'tcp' })
    const grant = acquire(anchor, 0, 4)
    const bound = transport.openSocket({ protocol: 'udp' })
    bound.bind({ address: HOST, port: 5000 })
    kernel.reboot()
    expect(() => kernel.assertNothingHeld()).not.toThrow()
    expect(kernel.inspect().processes).toEqual([{ pid: 44, elevated: true }])
    for (const socket of [anchor, bound]) {
      expect(() => socket.localAddress()).toThrow(expect.objectContaining({ code: 'WSAENOTSOCK' }))
      expect(socket.close()).toBe(undefined)
    }
    const after = await transport.persistent.lookup(range)
    expect(after).not.toBe(token)
    const socket = transport.openSocket({ protocol: 'tcp' })
    expect(() => associate(socket, token)).toThrow(expect.objectContaining({ code: 'WSAEINVAL' }))
    associate(socket, after)
    socket.bind({ address: HOST, port: 0 })
    expect(socket.localAddress().port).toBe(5000)
    expect(acquire(transport.openSocket({ protocol: 'tcp' }), grant.startPort, 4).startPort).toBe(grant.startPort)
  })

  it('keeps exclusions', () => {
    const kernel = new MockKernel({ exclusions: [{ protocol: 'tcp', startPort: 5000, count: 2 }] })
    kernel.reboot()
    const socket = kernel.openTransport().openSocket({ protocol: 'tcp' })
    expect(() => acquire(socket, 5001, 1)).toThrow(expect.objectContaining({ code: 'WSAEADDRINUSE' }))
  })
})

describe('exclusions', () => {
  it('cannot be reserved or given out for port 0, but can be bound by number', () => {
    const kernel = new MockKernel({
      dynamicRange: { startPort: 50_000, count: 4 },
      exclusions: [{ protocol: 'tcp', startPort: 50_000, count: 3 }],
    })
    const transport = kernel.openTransport()
    const socket = transport.openSocket({ protocol: 'tcp' })
    expect(() => acquire(socket, 0, 2)).toThrow(expect.objectContaining({ code: DEFAULT_WORLD.wildcardRefused }))
    expect(() => acquire(socket, 50_002, 2)).toThrow(expect.objectContaining({ code: 'WSAEADDRINUSE' }))
    socket.bind({ address: HOST, port: 0 })
    expect(socket.localAddress().port).toBe(50_003)
    const plain = transport.openSocket({ protocol: 'tcp' })
    plain.bind({ address: HOST, port: 50_001 })
    expect(plain.localAddress().port).toBe(50_001)
    expect(acquire(transport.openSocket({ protocol: 'udp' }), 0, 4).startPort).toBe(50_000)
  })

  it('can be added while the machine runs', () => {
    const kernel = new MockKernel()
    const socket = kernel.openTransport().openSocket({ protocol: 'udp' })
    kernel.addExclusion({ protocol: 'udp', startPort: 49_152, count: 100 })
    expect(acquire(socket, 0, 4).startPort).toBe(49_252)
    expect(kernel.inspect().exclusions).toEqual([{ protocol: 'udp', startPort: 49_152, count: 100 }])
  })
})

describe('the dynamic range', () => {
  it('is where wildcards and ephemeral ports come from; specific ranges may lie anywhere', () => {
    const kernel = new MockKernel({ dynamicRange: { startPort: 65_526, count: 10 } })
    const transport = kernel.openTransport()
    const anchor = transport.openSocket({ protocol: 'tcp' })
    expect(acquire(anchor, 0, 6)).toMatchObject({ startPort: 65_526, count: 6 })
    expect(() => acquire(anchor, 0, 5)).toThrow(expect.objectContaining({ code: DEFAULT_WORLD.wildcardRefused }))
    const ports = [1, 2, 3, 4].map(() => {
      const socket = transport.openSocket({ protocol: 'tcp' })
      socket.bind({ address: HOST, port: 0 })
      return socket.localAddress().port
    })
    expect(ports).toEqual([65_532, 65_533, 65_534, 65_535])
    const late = transport.openSocket({ protocol: 'tcp' })
    expect(() => late.bind({ address: HOST, port: 0 })).toThrow(expect.objectContaining({ code: 'WSAEADDRINUSE' }))
    expect(acquire(anchor, 1, 5)).toMatchObject({ startPort: 1, count: 5 })
  })

  it('can cover every port', () => {
    const kernel = new MockKernel({ dynamicRange: { startPort: 1, count: 65_535 } })
    const anchor = kernel.openTransport().openSocket({ protocol: 'tcp' })
    expect(acquire(anchor, 0, 65_535)).toMatchObject({ startPort: 1, count: 65_535 })
  })
})

describe('before Windows Vista', () => {
  it.each([0, 2600, 5999])('build %i supports sockets but no reservations', async (windowsBuild) => {
    const kernel = new MockKernel({ windowsBuild })
    const transport = kernel.openTransport({ elevated: true })
    const socket = transport.openSocket({ protocol: 'tcp' })
    expect(() => acquire(socket, 0, 1)).toThrow(expect.objectContaining({ code: 'WSAEOPNOTSUPP' }))
    expect(() => associate(socket, 1n)).toThrow(expect.objectContaining({ code: 'WSAEOPNOTSUPP' }))
    expect(() => release(socket, 1n)).toThrow(expect.objectContaining({ code: 'WSAEOPNOTSUPP' }))
    const range = { protocol: 'tcp', startPort: 5000, count: 1 } as const
    for (const call of ['create', 'lookup', 'delete'] as const) {
      await expect(transport.persistent[call](range)).rejects.toMatchObject({ code: 'ERROR_PROC_NOT_FOUND' })
    }
    socket.bind({ address: HOST, port: 0 })
    expect(socket.localAddress().port).toBe(49_152)
  })

  it('is over at build 6000, which supports reservations', () => {
    const transport = new MockKernel({ windowsBuild: 6000 }).openTransport()
    expect(acquire(transport.openSocket({ protocol: 'tcp' }), 0, 1).count).toBe(1)
  })
})

it('a persistent call checks its arguments first, then the elevation, then the reservations', async () => {
  const { persistent } = new MockKernel().openTransport()
  const invalid = { protocol: 'tcp', startPort: 0, count: 0 } as const
  const absent = { protocol: 'tcp', startPort: 5000, count: 1 } as const
  for (const call of ['create', 'delete'] as const) {
    await expect(persistent[call](invalid)).rejects.toMatchObject({ code: 'ERROR_INVALID_PARAMETER' })
    await expect(persistent[call](absent)).rejects.toMatchObject({ code: 'ERROR_ACCESS_DENIED' })
  }
  await expect(persistent.lookup(absent)).rejects.toMatchObject({ code: 'ERROR_NOT_FOUND' })
})

describe('a control call', () => {
  it('with an unknown code fails with WSAEOPNOTSUPP and the code in hexadecimal', () => {
    const socket = new MockKernel().openTransport().openSocket({ protocol: 'tcp' })
    expect(() => socket.ioctl(0x9800_0001, null, null)).toThrow(
      expect.objectContaining({ code: 'WSAEOPNOTSUPP', syscall: 'WSAIoctl(0x98000001)' }),
    )
  })

  it('cannot release a persistent reservation', async () => {
    const transport = new MockKernel().openTransport({ elevated: true })
    const token = await transport.persistent.create({ protocol: 'tcp', startPort: 5000, count: 1 })
    const socket = transport.openSocket({ protocol: 'tcp' })
    expect(() => release(socket, token)).toThrow(expect.objectContaining({ code: 'WSAEINVAL' }))
  })

  it('ends a reservation once: closing its anchor later does not end the next one', () => {
    const kernel = new MockKernel()
    const transport = kernel.openTransport()
    const [first, second] = [transport.openSocket({ protocol: 'tcp' }), transport.openSocket({ protocol: 'tcp' })]
    const { startPort, token } = acquire(first, 0, 4)
    release(second, token)
    const again = acquire(second, startPort, 4)
    first.close()
    expect(kernel.inspect().reservations).toMatchObject([{ startPort, token: again.token }])
    second.close()
    kernel.assertNothingHeld()
  })

  it('for a token fails with WSAEINVAL if it has an output buffer or a short input', () => {
    const socket = new MockKernel().openTransport().openSocket({ protocol: 'tcp' })
    const { token } = acquire(socket, 0, 2)
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigUint64(0, token, true)
    for (const code of [0x9800_0065, 0x9800_0066]) {
      for (const [input, output] of [
        [bytes, new Uint8Array(1)],
        [bytes.subarray(0, 7), null],
        [null, null],
      ] as const) {
        expect(() => socket.ioctl(code, input, output)).toThrow(expect.objectContaining({ code: 'WSAEINVAL' }))
      }
      expect(socket.ioctl(code, bytes, code === 0x9800_0066 ? null : new Uint8Array(0))).toBe(0)
      if (code === 0x9800_0065) new DataView(bytes.buffer).setBigUint64(0, acquire(socket, 0, 2).token, true)
    }
  })
})

describe('bind', () => {
  it('fails with WSAEAFNOSUPPORT for an address of the other family, and makes no call for an invalid one', () => {
    const kernel = new MockKernel()
    const socket = kernel.openTransport().openSocket({ protocol: 'tcp', family: 'ipv6' })
    expect(() => socket.bind({ address: HOST, port: 0 })).toThrow(expect.objectContaining({ code: 'WSAEAFNOSUPPORT' }))
    kernel.faults.fail('bind', 'WSAENETDOWN')
    expect(() => socket.bind({ address: 'localhost', port: 0 })).toThrow(/localhost/)
    expect(() => socket.bind({ address: '::1', port: 0 })).toThrow(expect.objectContaining({ code: 'WSAENETDOWN' }))
    socket.bind({ address: '::1', port: 0 })
    expect(socket.localAddress()).toEqual({ address: '::1', family: 'IPv6', port: 49_152 })
  })

  it('normalizes the address', () => {
    const socket = new MockKernel().openTransport().openSocket({ protocol: 'tcp', family: 'ipv6' })
    socket.bind({ address: '0:0:0:0:0:0:0:1', port: 5000 })
    expect(socket.localAddress()).toEqual({ address: '::1', family: 'IPv6', port: 5000 })
  })

  it('fails on a socket that is neither TCP nor UDP', () => {
    const kernel = new MockKernel()
    const socket = kernel.openTransport().openOtherSocket()
    expect(() => socket.bind({ address: HOST, port: 0 })).toThrow(expect.objectContaining({ code: 'WSAEINVAL' }))
    socket.close()
    kernel.assertNothingHeld()
  })
})
