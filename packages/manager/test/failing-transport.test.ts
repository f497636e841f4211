import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import type { MockCall } from '@winport/transport-mock'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { failureOf } from './failure-of.js'
import { greeter } from './real-request.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

const host = '127.0.0.1'

/** A system call, its error, and the code and number of the caller's error. */
type Fault = readonly [call: MockCall, error: string | number, code: string, errno: number]

const syscalls: Partial<Record<MockCall, string>> = {
  SIO_ACQUIRE_PORT_RESERVATION: 'WSAIoctl(SIO_ACQUIRE_PORT_RESERVATION)',
  SIO_ASSOCIATE_PORT_RESERVATION: 'WSAIoctl(SIO_ASSOCIATE_PORT_RESERVATION)',
  CreatePersistentPortReservation: 'CreatePersistentTcpPortReservation',
  LookupPersistentPortReservation: 'LookupPersistentTcpPortReservation',
  DeletePersistentPortReservation: 'DeletePersistentTcpPortReservation',
}

const machine = new SimulatedMachine({ ...realPorts, elevated: true })

/** Makes the call fail, and checks the caller's error. */
async function expectFailure(operation: () => Promise<unknown>, [call, error, code, errno]: Fault): Promise<void> {
  machine.kernel.faults.fail(call, error)
  // A port that is taken makes the call try port 0.
  const isTaken = call === 'bind' && (error === 'WSAEADDRINUSE' || error === 'WSAEACCES')
  if (isTaken) machine.kernel.faults.fail(call, error)
  const failure = await failureOf(operation())
  const syscall = syscalls[call] ?? call
  // An address that cannot be bound is reported as Node reports it: see node-errors.test.ts.
  const fields = call === 'bind' && code === 'EADDRNOTAVAIL' ? {} : { errno, syscall }
  expect(failure).toMatchObject({ name: 'ReservationError', code, ...fields })
  const cause = { errno, syscall, code: typeof error === 'string' ? error : 'UNKNOWN' }
  expect(failure.cause).toMatchObject(cause)
  expect(failure.cause).toBeInstanceOf(Error)
}

const openFaults: Fault[] = [
  ['WSASocketW', 'WSAEMFILE', 'EMFILE', 10024],
  ['WSASocketW', 'WSAENOBUFS', 'ENOBUFS', 10055],
  ['WSASocketW', 'WSAEACCES', 'EACCES', 10013],
  ['WSASocketW', 'WSANOTINITIALISED', 'WSANOTINITIALISED', 10093],
]

describe('acquire, when a system call fails,', () => {
  const request = { protocol: 'tcp', count: 3 } as const
  const faults: Fault[] = [
    ...openFaults,
    ['SIO_ACQUIRE_PORT_RESERVATION', 'WSAEADDRINUSE', 'ERR_PORT_RANGE_IN_USE', 10048],
    ['SIO_ACQUIRE_PORT_RESERVATION', 'WSAEOPNOTSUPP', 'ERR_RESERVATION_UNSUPPORTED', 10045],
    ['SIO_ACQUIRE_PORT_RESERVATION', 'WSAEACCES', 'ERR_PORT_RANGE_IN_USE', 10013],
    ['SIO_ACQUIRE_PORT_RESERVATION', 'WSAENOBUFS', 'ERR_PORT_RANGE_IN_USE', 10055],
    ['SIO_ACQUIRE_PORT_RESERVATION', 'WSAEADDRNOTAVAIL', 'ERR_PORT_RANGE_IN_USE', 10049],
    ['SIO_ACQUIRE_PORT_RESERVATION', 'WSAEINVAL', 'EINVAL', 10022],
    ['SIO_ACQUIRE_PORT_RESERVATION', 'WSAEFAULT', 'EFAULT', 10014],
    ['SIO_ACQUIRE_PORT_RESERVATION', 'WSAENETDOWN', 'WSAENETDOWN', 10050],
    ['SIO_ACQUIRE_PORT_RESERVATION', 'WSAEINTR', 'ECANCELED', 10004],
    ['SIO_ACQUIRE_PORT_RESERVATION', 31_999, 'UNKNOWN', 31_999],
  ]

  it.each(faults)('after %s: %s rejects with %s, leaves nothing and works the next time', async (...fault) => {
    await expectFailure(() => machine.manager.acquire(request), fault)
    machine.kernel.assertNothingHeld()
    expect(machine.manager.held).toEqual([])
    expect((await machine.manager.acquire(request)).count).toBe(3)
  })

  it.each(faults.slice(openFaults.length))(
    'after %s: %s rejects with %s even if closing the anchor fails as well',
    async (...fault) => {
      machine.kernel.faults.fail('closesocket', 'WSAENETDOWN')
      await expectFailure(() => machine.manager.acquire(request), fault)
      machine.kernel.assertNothingHeld()
    },
  )
})

const useFaults: Fault[] = [
  ...openFaults,
  ['SIO_ASSOCIATE_PORT_RESERVATION', 'WSAEINVAL', 'ERR_RESERVATION_NOT_FOUND', 10022],
  ['SIO_ASSOCIATE_PORT_RESERVATION', 'WSAEOPNOTSUPP', 'ERR_RESERVATION_UNSUPPORTED', 10045],
  ['SIO_ASSOCIATE_PORT_RESERVATION', 'WSAEACCES', 'ERR_RESERVATION_NOT_FOUND', 10013],
  ['SIO_ASSOCIATE_PORT_RESERVATION', 'WSAEADDRNOTAVAIL', 'ERR_RESERVATION_NOT_FOUND', 10049],
  ['SIO_ASSOCIATE_PORT_RESERVATION', 'WSAEADDRINUSE', 'EADDRINUSE', 10048],
  ['SIO_ASSOCIATE_PORT_RESERVATION', 31_999, 'UNKNOWN', 31_999],
  ['bind', 'WSAEADDRINUSE', 'ERR_RESERVATION_EXHAUSTED', 10048],
  ['bind', 'WSAEADDRNOTAVAIL', 'EADDRNOTAVAIL', 10049],
  ['bind', 'WSAEACCES', 'ERR_RESERVATION_EXHAUSTED', 10013],
  ['bind', 'WSAENOBUFS', 'ERR_RESERVATION_EXHAUSTED', 10055],
  ['bind', 'WSAEINVAL', 'EINVAL', 10022],
  ['getsockname', 'WSAENOBUFS', 'ENOBUFS', 10055],
  ['getsockname', 'WSAEINVAL', 'EINVAL', 10022],
]

describe('listen, when a system call fails,', () => {
  const faults: Fault[] = [
    ...useFaults,
    ['listen', 'WSAEADDRINUSE', 'EADDRINUSE', 10048],
    ['listen', 'WSAENOBUFS', 'ENOBUFS', 10055],
    ['listen', 'WSAEMFILE', 'EMFILE', 10024],
  ]

  beforeEach(() => machine.useBlocks())

  it.each(faults)('after %s: %s rejects with %s, leaves nothing and works the next time', async (...fault) => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    const server = machine.owns(greeter())
    await expectFailure(() => block.listen(server, { host }), fault)
    expect(server.listening).toBe(false)
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
    expect((await block.listen(server, { host })).port).toBe(block.startPort)
  })

  it.each(faults.slice(openFaults.length, useFaults.length))(
    'after %s: %s rejects with %s even if closing the socket fails as well',
    async (...fault) => {
      const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
      machine.kernel.faults.fail('closesocket', 'WSAENETDOWN')
      await expectFailure(() => block.listen(greeter(), { host }), fault)
      expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
    },
  )
})

describe('bind, when a system call fails,', () => {
  const faults: Fault[] = [
    ...useFaults,
    ['adopt', 'WSAEINVAL', 'EINVAL', 10022],
    ['adopt', 'WSAENOBUFS', 'ENOBUFS', 10055],
  ]

  beforeEach(() => machine.useBlocks())

  it.each(faults)('after %s: %s rejects with %s, leaves nothing and works the next time', async (...fault) => {
    const block = await machine.manager.acquire({ protocol: 'udp', count: 1 })
    const socket = machine.owns(createSocket('udp4'))
    await expectFailure(() => block.bind(socket, { host }), fault)
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
    expect((await block.bind(socket, { host })).port).toBe(block.startPort)
  })
})

describe('connect, when a system call fails,', () => {
  const faults: Fault[] = [
    ...useFaults,
    ['connect', 'WSAECONNREFUSED', 'ECONNREFUSED', 10061],
    ['connect', 'WSAETIMEDOUT', 'ETIMEDOUT', 10060],
    ['connect', 'WSAENETUNREACH', 'ENETUNREACH', 10051],
  ]

  beforeEach(() => machine.useBlocks())

  it.each(faults)('after %s: %s rejects with %s, leaves nothing and works the next time', async (...fault) => {
    const home = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    const { port } = await home.listen(machine.owns(createServer((socket) => socket.on('error', () => {}))), { host })
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    await expectFailure(() => block.connect({ host, port }), fault)
    expect(machine.kernel.inspect().sockets).toHaveLength(3) // two anchors and the server
    expect(machine.owns(await block.connect({ host, port })).localPort).toBe(block.startPort)
  })
})

describe('release, when a system call fails,', () => {
  const errors = ['WSAEINVAL', 'WSAEACCES', 'WSAEOPNOTSUPP', 'WSAENETDOWN', 31_999]

  it.each(errors)('after SIO_RELEASE_PORT_RESERVATION: %s still releases the block', async (error) => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 3 })
    machine.kernel.faults.fail('SIO_RELEASE_PORT_RESERVATION', error)
    await block.release()
    machine.kernel.assertNothingHeld()
  })

  it.each<Fault>([
    ['closesocket', 'WSAENOTSOCK', 'ENOTSOCK', 10038],
    ['closesocket', 'WSAENETDOWN', 'WSAENETDOWN', 10050],
    ['closesocket', 31_999, 'UNKNOWN', 31_999],
  ])('%s: %s, rejects with %s, but lets go', async (...fault) => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 3 })
    const { startPort, count } = block
    await expectFailure(() => block.release(), fault)
    machine.kernel.assertNothingHeld()
    expect(machine.manager.held).toEqual([])
    expect(await machine.manager.acquire({ protocol: 'tcp', startPort, count })).toMatchObject({ startPort })
  })
})

describe('persistent reservations, when a system call fails,', () => {
  const range = { protocol: 'tcp', startPort: 5000, count: 20 } as const

  describe.each([
    ['create', 'CreatePersistentPortReservation'],
    ['lookup', 'LookupPersistentPortReservation'],
    ['delete', 'DeletePersistentPortReservation'],
  ] as const)('%s', (name, call) => {
    it.each<[error: string | number, code: string, errno: number]>([
      ['ERROR_ACCESS_DENIED', 'ERR_ELEVATION_REQUIRED', 5],
      ['ERROR_SHARING_VIOLATION', name === 'create' ? 'ERR_PORT_RANGE_IN_USE' : 'EBUSY', 32],
      ['ERROR_NOT_SUPPORTED', 'ERR_RESERVATION_UNSUPPORTED', 50],
      ['ERROR_PROC_NOT_FOUND', 'ERR_RESERVATION_UNSUPPORTED', 127],
      ['ERROR_INVALID_PARAMETER', 'EINVAL', 87],
      ['ERROR_NOT_FOUND', name === 'create' ? 'ERROR_NOT_FOUND' : 'ERR_RESERVATION_NOT_FOUND', 1168],
      [31_999, 'UNKNOWN', 31_999],
    ])('%s: rejects with %s, changes nothing and works the next time', async (error, code, errno) => {
      if (name !== 'create') await machine.manager.persistent.create(range)
      const before = machine.kernel.inspect().reservations
      const operation = () => machine.manager.persistent[name](range)
      machine.kernel.faults.fail(call, error)
      const failure = await failureOf(operation())
      expect(failure).toMatchObject({ name: 'ReservationError', code, errno, syscall: syscalls[call] })
      expect(failure.cause).toMatchObject({
        name: 'IpHelperError',
        code: typeof error === 'string' ? error : 'UNKNOWN',
      })
      expect(machine.kernel.inspect().reservations).toEqual(before)
      await operation()
    })
  })
})

describe('an error that is not of a system call', () => {
  it('is passed on unchanged, and nothing stays open', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    const bug = new Error('a bug in a transport')
    const openSocket = vi.spyOn(machine.transport, 'openSocket').mockImplementationOnce(() => {
      throw bug
    })
    expect(await failureOf(block.listen(greeter(), { host }))).toBe(bug)
    expect(openSocket).toHaveBeenCalledOnce()
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
  })
})
