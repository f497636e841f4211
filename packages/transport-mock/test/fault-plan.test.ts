import { createSocket } from 'node:dgram'
import { getEventListeners } from 'node:events'
import { createServer } from 'node:net'
import { AbortError } from '@winport/transport'
import { newServerHandle } from '@winport/transport/backend'
import { beforeEach, describe, expect, it } from 'vitest'
import { type MockCall, MockKernel, type MockTransport } from '../src/index.js'
import { acquire, acquireAsync, associate, release } from './reservation-calls.js'

const HOST = '127.0.0.1'
const RANGE = { protocol: 'tcp', startPort: 5000, count: 4 } as const

let kernel: MockKernel
let transport: MockTransport

beforeEach(() => {
  kernel = new MockKernel()
  transport = kernel.openTransport({ elevated: true })
})

/** A value of the wrong type, as JavaScript callers pass it. */
function hostile(value: unknown): never {
  return value as never
}

function bound(protocol: 'tcp' | 'udp') {
  const socket = transport.openSocket({ protocol })
  socket.bind({ address: HOST, port: 0 })
  return socket
}

/** Prepares each kind of call. */
const calls: Record<MockCall, () => { readonly syscall: string; readonly run: () => unknown }> = {
  WSASocketW: () => ({ syscall: 'WSASocketW', run: () => transport.openSocket({ protocol: 'tcp' }) }),
  SIO_ACQUIRE_PORT_RESERVATION: () => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    return { syscall: 'WSAIoctl(SIO_ACQUIRE_PORT_RESERVATION)', run: () => acquire(socket, 0, 4) }
  },
  SIO_ASSOCIATE_PORT_RESERVATION: () => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    const { token } = acquire(socket, 0, 4)
    return { syscall: 'WSAIoctl(SIO_ASSOCIATE_PORT_RESERVATION)', run: () => associate(socket, token) }
  },
  SIO_RELEASE_PORT_RESERVATION: () => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    const { token } = acquire(socket, 0, 4)
    return { syscall: 'WSAIoctl(SIO_RELEASE_PORT_RESERVATION)', run: () => release(socket, token) }
  },
  bind: () => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    return { syscall: 'bind', run: () => socket.bind({ address: HOST, port: 0 }) }
  },
  getsockname: () => {
    const socket = bound('tcp')
    return { syscall: 'getsockname', run: () => socket.localAddress() }
  },
  closesocket: () => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    return { syscall: 'closesocket', run: () => socket.close() }
  },
  CreatePersistentPortReservation: () => ({
    syscall: 'CreatePersistentTcpPortReservation',
    run: () => transport.persistent.create(RANGE),
  }),
  LookupPersistentPortReservation: () => {
    void transport.persistent.create(RANGE)
    return { syscall: 'LookupPersistentTcpPortReservation', run: () => transport.persistent.lookup(RANGE) }
  },
  DeletePersistentPortReservation: () => {
    void transport.persistent.create(RANGE)
    return { syscall: 'DeletePersistentTcpPortReservation', run: () => transport.persistent.delete(RANGE) }
  },
  listen: () => ({ syscall: 'listen', run: () => bound('tcp').listen(createServer()) }),
  adopt: () => ({ syscall: 'adopt', run: () => bound('udp').adopt(createSocket('udp4').unref()) }),
  adoptInto: () => {
    const handle = newServerHandle()
    return { syscall: 'adoptInto', run: () => bound('tcp').adoptInto(handle) }
  },
  connect: () => ({ syscall: 'connect', run: () => bound('tcp').connect({ address: HOST, port: 1 }) }),
}

const kinds = Object.entries(calls) as [MockCall, (typeof calls)[MockCall]][]
const waiting = new Set<MockCall>([
  'CreatePersistentPortReservation',
  'LookupPersistentPortReservation',
  'DeletePersistentPortReservation',
  'listen',
  'adopt',
  'connect',
])

async function failureOf(run: () => unknown): Promise<unknown> {
  try {
    await run()
  } catch (error) {
    return error
  }
  return undefined
}

describe('fail', () => {
  it.each(kinds)('makes the next %s fail with the error and the name of that call', async (kind, prepare) => {
    const { syscall, run } = prepare()
    kernel.faults.fail(kind, 10_050)
    const error = await failureOf(run)
    expect(error).toMatchObject({ errno: 10_050, syscall })
  })

  it.each(kinds.filter(([kind]) => !['closesocket', 'listen', 'adopt', 'adoptInto', 'connect'].includes(kind)))(
    'lets the %s after that succeed',
    async (kind, prepare) => {
      const { run } = prepare()
      kernel.faults.fail(kind, 10_050)
      await failureOf(run)
      expect(await failureOf(run)).toBe(undefined)
    },
  )

  it('makes only the n-th call fail', () => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    kernel.faults.fail('SIO_ACQUIRE_PORT_RESERVATION', 'WSAENETDOWN', { nth: 3 })
    const outcomes = [1, 2, 3, 4].map(() => {
      try {
        return acquire(socket, 0, 1).count
      } catch (error) {
        return error instanceof Error && 'code' in error && error.code
      }
    })
    expect(outcomes).toEqual([1, 1, 'WSAENETDOWN', 1])
  })

  it('applies each of several faults to a different call, in order', async () => {
    kernel.faults.fail('LookupPersistentPortReservation', 'ERROR_BUSY', { nth: 3 })
    kernel.faults.fail('LookupPersistentPortReservation', 'ERROR_TIMEOUT')
    kernel.faults.fail('LookupPersistentPortReservation', 'ERROR_ACCESS_DENIED')
    await transport.persistent.create(RANGE)
    const codes: unknown[] = []
    for (let i = 0; i < 4; i++) {
      const error = await failureOf(() => transport.persistent.lookup(RANGE))
      codes.push(error instanceof Error && 'code' in error ? error.code : error)
    }
    expect(codes).toEqual(['ERROR_TIMEOUT', 'ERROR_ACCESS_DENIED', 'ERROR_BUSY', undefined])
  })

  it('does not affect another kind of call', () => {
    kernel.faults.fail('bind', 'WSAENETDOWN')
    const socket = transport.openSocket({ protocol: 'tcp' })
    release(socket, acquire(socket, 0, 4).token)
    expect(() => socket.bind({ address: HOST, port: 0 })).toThrow(/WSAENETDOWN/)
  })

  it('counts the calls of both protocols and of every process', async () => {
    const stranger = kernel.openTransport({ elevated: true })
    kernel.faults.fail('CreatePersistentPortReservation', 'ERROR_BUSY', { nth: 2 })
    await transport.persistent.create(RANGE)
    await expect(stranger.persistent.create({ ...RANGE, protocol: 'udp' })).rejects.toMatchObject({
      code: 'ERROR_BUSY',
      syscall: 'CreatePersistentUdpPortReservation',
    })
  })

  it('leaves the machine unchanged', async () => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    kernel.faults.fail('SIO_ACQUIRE_PORT_RESERVATION', 'WSAENOBUFS')
    kernel.faults.fail('bind', 'WSAENOBUFS')
    kernel.faults.fail('CreatePersistentPortReservation', 'ERROR_BUSY')
    kernel.faults.fail('WSASocketW', 'WSAEMFILE')
    expect(() => acquire(socket, 0, 4)).toThrow(/WSAENOBUFS/)
    expect(() => socket.bind({ address: HOST, port: 0 })).toThrow(/WSAENOBUFS/)
    await expect(transport.persistent.create(RANGE)).rejects.toThrow(/ERROR_BUSY/)
    expect(() => transport.openSocket({ protocol: 'tcp' })).toThrow(/WSAEMFILE/)
    const { sockets, reservations } = kernel.inspect()
    expect(sockets).toMatchObject([{ port: undefined, state: 'open' }])
    expect(reservations).toEqual([])
  })

  it('closes the socket even when closesocket fails', () => {
    const anchor = transport.openSocket({ protocol: 'tcp' })
    acquire(anchor, 0, 4)
    kernel.faults.fail('closesocket', 'WSAENETDOWN')
    expect(() => anchor.close()).toThrow(/WSAENETDOWN/)
    kernel.assertNothingHeld()
    expect(anchor.close()).toBe(undefined)
  })

  it.each([
    ['listen', () => bound('tcp').listen(createServer())],
    ['adopt', () => bound('udp').adopt(createSocket('udp4').unref())],
    ['connect', () => bound('tcp').connect({ address: HOST, port: 1 })],
  ] as const)('leaves the socket closed when %s fails', async (kind, run) => {
    kernel.faults.fail(kind, 'WSAENOBUFS')
    await expect(run()).rejects.toMatchObject({ code: 'WSAENOBUFS', syscall: kind })
    kernel.assertNothingHeld()
  })

  it('keeps the fault when bad arguments or a closed socket prevent the call', () => {
    kernel.faults.fail('SIO_ACQUIRE_PORT_RESERVATION', 'WSAENETDOWN')
    const closed = transport.openSocket({ protocol: 'tcp' })
    closed.close()
    expect(() => acquire(closed, 0, 4)).toThrow(/WSAENOTSOCK/)
    const socket = transport.openSocket({ protocol: 'tcp' })
    expect(() => socket.ioctl(-1, null, null)).toThrow(RangeError)
    expect(() => acquire(socket, 0, 4)).toThrow(/WSAENETDOWN/)
  })

  it('accepts the names of Winsock and IP Helper errors, and any positive number', async () => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    kernel.faults.fail('bind', 'WSAEFAULT')
    expect(() => socket.bind({ address: HOST, port: 0 })).toThrow(expect.objectContaining({ errno: 10_014 }))
    kernel.faults.fail('bind', 12_345)
    expect(() => socket.bind({ address: HOST, port: 0 })).toThrow(
      expect.objectContaining({ errno: 12_345, code: 'UNKNOWN' }),
    )
    kernel.faults.fail('CreatePersistentPortReservation', 'ERROR_ACCESS_DENIED')
    await expect(transport.persistent.create(RANGE)).rejects.toMatchObject({ errno: 5 })
  })
})

describe('clear', () => {
  it('removes planned faults and holds, and leaves held calls pending', async () => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    const held = kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
    const call = acquireAsync(socket, 0, 4)
    await held.pending
    kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
    kernel.faults.fail('bind', 'WSAENETDOWN')
    kernel.faults.clear()
    socket.bind({ address: HOST, port: 5000 })
    expect((await acquireAsync(socket, 0, 1)).count).toBe(1)
    expect(kernel.inspect().sockets[0]?.pendingCalls).toBe(1)
    held.complete()
    expect((await call).count).toBe(4)
  })
})

describe('hold', () => {
  it('keeps a control call pending until complete() carries it out', async () => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    const held = kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
    let settled = false
    const call = acquireAsync(socket, 0, 4).finally(() => {
      settled = true
    })
    await held.pending
    await new Promise((resolve) => setImmediate(resolve))
    expect(settled).toBe(false)
    expect(kernel.inspect()).toMatchObject({ sockets: [{ pendingCalls: 1 }], reservations: [] })
    held.complete()
    expect(await call).toMatchObject({ startPort: 49_152, count: 4 })
    expect(kernel.inspect()).toMatchObject({ sockets: [{ pendingCalls: 0 }], reservations: [{ count: 4 }] })
  })

  it('answers according to the state of the machine at completion', async () => {
    const [slow, quick] = [transport.openSocket({ protocol: 'tcp' }), transport.openSocket({ protocol: 'tcp' })]
    const held = kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
    const call = failureOf(() => acquireAsync(slow, 5000, 4))
    await held.pending
    acquire(quick, 5003, 1)
    held.complete()
    expect(await call).toMatchObject({ code: 'WSAEADDRINUSE' })
  })

  it('reads the input before the call is pending', async () => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    const held = kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
    const [input, output] = [Uint8Array.of(0x13, 0x88, 4, 0), new Uint8Array(16)]
    const call = socket.ioctlAsync(0x9800_0064, input, output)
    await held.pending
    input.fill(0xff)
    held.complete()
    expect(await call).toBe(16)
    expect(kernel.inspect().reservations).toMatchObject([{ startPort: 5000, count: 4 }])
  })

  it('makes the call fail when fail() is called', async () => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    const held = kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
    const call = failureOf(() => acquireAsync(socket, 0, 4))
    await held.pending
    held.fail('WSAENOBUFS')
    held.complete() // too late
    expect(await call).toMatchObject({ code: 'WSAENOBUFS', syscall: 'WSAIoctl(SIO_ACQUIRE_PORT_RESERVATION)' })
    expect(kernel.inspect().reservations).toEqual([])
  })

  it('accepts complete() and fail() before the call is made', async () => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION').complete()
    expect((await acquireAsync(socket, 0, 4)).count).toBe(4)
    kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION').fail(10_050)
    await expect(acquireAsync(socket, 0, 4)).rejects.toMatchObject({ code: 'WSAENETDOWN' })
  })

  it('ends when the signal is aborted, and a later complete() has no effect', async () => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    const held = kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
    const abort = new AbortController()
    const call = failureOf(() => acquireAsync(socket, 0, 4, { signal: abort.signal }))
    await held.pending
    abort.abort()
    const error = await call
    expect(error).toBeInstanceOf(AbortError)
    expect(error).toMatchObject({ cause: { code: 'WSA_OPERATION_ABORTED' } })
    held.complete()
    await new Promise((resolve) => setImmediate(resolve))
    expect(kernel.inspect()).toMatchObject({ sockets: [{ pendingCalls: 0 }], reservations: [] })
  })

  it('leaves no listener on the signal, whether the call succeeds, fails or is closed', async () => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    const { signal } = new AbortController()
    for (const end of ['complete', 'fail', 'close'] as const) {
      const held = kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
      const call = failureOf(() => acquireAsync(socket, 0, 1, { signal }))
      await held.pending
      expect(getEventListeners(signal, 'abort')).toHaveLength(1)
      if (end === 'complete') held.complete()
      else if (end === 'fail') held.fail('WSAENOBUFS')
      else socket.close()
      await call
      expect(getEventListeners(signal, 'abort')).toEqual([])
    }
  })

  it('ignores an abort after complete()', async () => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    const held = kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
    const abort = new AbortController()
    const call = acquireAsync(socket, 0, 4, { signal: abort.signal })
    await held.pending
    held.complete()
    await Promise.resolve()
    abort.abort()
    expect((await call).count).toBe(4)
  })

  it.each([
    ['its socket is closed', (socket: { close(): void }) => socket.close()],
    ['its process ends', () => transport.exit()],
    ['the machine restarts', () => kernel.reboot()],
  ])('fails with WSA_OPERATION_ABORTED when %s, and leaves nothing open', async (_title, end) => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    const held = kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
    const call = failureOf(() => acquireAsync(socket, 0, 4))
    await held.pending
    end(socket)
    held.complete()
    expect(await call).toMatchObject({ code: 'WSA_OPERATION_ABORTED', errno: 995 })
    kernel.assertNothingHeld()
  })

  it('either succeeds or fails with WSA_OPERATION_ABORTED when the socket closes after complete()', async () => {
    const outcomes: unknown[] = []
    for (let depth = 0; depth < 12; depth++) {
      const socket = transport.openSocket({ protocol: 'tcp' })
      const held = kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
      const call = failureOf(() => acquireAsync(socket, 0, 4))
      await held.pending
      held.complete()
      for (let turn = 0; turn < depth; turn++) await undefined
      socket.close()
      const error = await call
      outcomes.push(error instanceof Error && 'code' in error ? error.code : error)
      kernel.assertNothingHeld()
    }
    expect(new Set(outcomes)).toEqual(new Set(['WSA_OPERATION_ABORTED', undefined]))
  })

  it('skips blocking control calls', async () => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    const held = kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
    expect(acquire(socket, 0, 1).count).toBe(1)
    const call = acquireAsync(socket, 0, 2)
    await held.pending
    held.complete()
    expect((await call).count).toBe(2)
  })

  it('counts only the calls that can wait for nth', async () => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    const held = kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION', { nth: 2 })
    acquire(socket, 0, 1)
    acquire(socket, 0, 1)
    expect((await acquireAsync(socket, 0, 1)).count).toBe(1)
    const call = acquireAsync(socket, 0, 1)
    await held.pending
    held.complete()
    expect((await call).count).toBe(1)
  })

  it('holds several calls at once, and they settle in any order', async () => {
    const socket = transport.openSocket({ protocol: 'tcp' })
    const [first, second] = [1, 2].map(() => kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION'))
    const answers = [acquireAsync(socket, 5000, 1), acquireAsync(socket, 6000, 1)]
    await Promise.all([first?.pending, second?.pending])
    expect(kernel.inspect().sockets[0]?.pendingCalls).toBe(2)
    second?.complete()
    expect((await answers[1])?.startPort).toBe(6000)
    expect(kernel.inspect().sockets[0]?.pendingCalls).toBe(1)
    first?.complete()
    expect((await answers[0])?.startPort).toBe(5000)
  })

  it.each(['Create', 'Lookup', 'Delete'] as const)('keeps %s pending until complete() carries it out', async (verb) => {
    if (verb !== 'Create') await transport.persistent.create(RANGE)
    const held = kernel.faults.hold(`${verb}PersistentPortReservation`)
    const call = {
      Create: transport.persistent.create,
      Lookup: transport.persistent.lookup,
      Delete: transport.persistent.delete,
    }[verb](RANGE)
    await held.pending
    expect(kernel.inspect().reservations).toHaveLength(verb === 'Create' ? 0 : 1)
    held.complete()
    expect(await call).toBe(verb === 'Delete' ? undefined : kernel.inspect().reservations[0]?.token)
    expect(kernel.inspect().reservations).toHaveLength(verb === 'Delete' ? 0 : 1)
  })

  it.each([
    ['its process ends', () => transport.exit()],
    ['the machine restarts', () => kernel.reboot()],
  ])('makes a persistent call fail when %s, and creates nothing', async (_title, end) => {
    const held = kernel.faults.hold('CreatePersistentPortReservation')
    const call = failureOf(() => transport.persistent.create(RANGE))
    await held.pending
    end()
    held.complete()
    expect(await call).toMatchObject({
      code: 'ERROR_OPERATION_ABORTED',
      syscall: 'CreatePersistentTcpPortReservation',
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(kernel.inspect().reservations).toEqual([])
  })

  it.each([...waiting].filter((kind) => !kind.endsWith('Reservation')))(
    'makes %s fail when fail() is called',
    async (kind) => {
      const { run } = calls[kind]()
      const held = kernel.faults.hold(kind)
      const call = failureOf(run)
      await held.pending
      expect(kernel.inspect().sockets).toMatchObject([{ state: 'adopted', pendingCalls: 1 }])
      held.fail('WSAENOBUFS')
      expect(await call).toMatchObject({ code: 'WSAENOBUFS', syscall: kind })
      kernel.assertNothingHeld()
    },
  )
})

describe('bad arguments are refused:', () => {
  it.each([
    [
      'an error name in neither table',
      () => kernel.faults.fail('bind', 'EADDRINUSE'),
      'ERR_OUT_OF_RANGE',
      /'WSAENETDOWN'.*'EADDRINUSE'/,
    ],
    ['error 0', () => kernel.faults.fail('bind', 0), 'ERR_INVALID_ARG_TYPE', /"error"/],
    ['a negative error', () => kernel.faults.fail('bind', -1), 'ERR_INVALID_ARG_TYPE', /"error"/],
    ['an error number that is no integer', () => kernel.faults.fail('bind', 0.5), 'ERR_INVALID_ARG_TYPE', /"error"/],
    ['an undefined error', () => kernel.faults.fail('bind', hostile(undefined)), 'ERR_INVALID_ARG_TYPE', /"error"/],
    ['an nth of 0', () => kernel.faults.fail('bind', 10_050, { nth: 0 }), 'ERR_OUT_OF_RANGE', /"nth"/],
    ['an nth that is no integer', () => kernel.faults.hold('connect', { nth: 1.5 }), 'ERR_OUT_OF_RANGE', /"nth"/],
    [
      'a hold of a call that returns no promise',
      () => kernel.faults.hold('bind'),
      'ERR_OUT_OF_RANGE',
      /a call that returns a promise.*'bind'/,
    ],
    [
      'an unknown error name for a held call',
      () => kernel.faults.hold('connect').fail('nothing'),
      'ERR_OUT_OF_RANGE',
      /'nothing'/,
    ],
  ])('%s', (_title, call, code, message) => {
    expect(call).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }))
  })

  it('and affect no call', () => {
    expect(() => kernel.faults.fail('bind', 0)).toThrow()
    expect(() => kernel.faults.fail('bind', 10_050, { nth: 0 })).toThrow()
    const socket = transport.openSocket({ protocol: 'tcp' })
    socket.bind({ address: HOST, port: 0 })
    expect(socket.localAddress().port).toBe(49_152)
  })
})

describe('an aborted call for a persistent reservation', () => {
  const range = { protocol: 'tcp', startPort: 5000, count: 2 } as const

  it.each([
    ['create', 'Create', 0],
    ['lookup', 'Lookup', 1],
    ['delete', 'Delete', 0],
  ] as const)('rejects at once; a Delete that has begun is still carried out (%s)', async (call, verb, left) => {
    const kernel = new MockKernel()
    const transport = kernel.openTransport({ elevated: true })
    if (call !== 'create') await transport.persistent.create(range)
    const hold = kernel.faults.hold(`${verb}PersistentPortReservation`)
    const controller = new AbortController()
    const calling = transport.persistent[call](range, { signal: controller.signal })
    const outcome = expect(calling).rejects.toMatchObject({ code: 'ABORT_ERR', cause: 'why' })
    await hold.pending
    controller.abort('why')
    await outcome
    hold.complete()
    await new Promise(setImmediate)
    expect(kernel.inspect().reservations).toHaveLength(left)
  })

  it.each(['create', 'lookup', 'delete'] as const)('makes no %s when the signal is already aborted', async (call) => {
    const kernel = new MockKernel()
    const transport = kernel.openTransport({ elevated: true })
    if (call !== 'create') await transport.persistent.create(range)
    const before = kernel.inspect()
    await expect(transport.persistent[call](range, { signal: AbortSignal.abort('why') })).rejects.toMatchObject({
      code: 'ABORT_ERR',
      cause: 'why',
    })
    expect(kernel.inspect()).toEqual(before)
  })
})
