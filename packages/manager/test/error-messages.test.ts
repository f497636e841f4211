import { createSocket } from 'node:dgram'
import type { MockCall } from '@winport/transport-mock'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ReservationError } from '../src/index.js'
import { failureOf } from './failure-of.js'
import { greeter } from './real-request.js'
import { SimulatedMachine } from './simulated-machine.js'

describe('an error message says what was asked, what was found and what to do', () => {
  const machine = new SimulatedMachine({ elevated: true, dynamicRange: { startPort: 50_000, count: 10 } })

  /** The message of what an operation fails with when a system call does. */
  async function messageOf(operation: () => Promise<unknown>, call: MockCall, error: string): Promise<string> {
    machine.kernel.faults.fail(call, error)
    if (call === 'bind' && error === 'WSAEADDRINUSE') machine.kernel.faults.fail(call, error) // for port 0 as well
    const failure = await failureOf(operation())
    machine.kernel.faults.clear()
    expect(failure).toBeInstanceOf(ReservationError)
    return failure.message
  }

  beforeEach(() => machine.useBlocks())

  const tcp = (startPort: number, count: number) => machine.manager.acquire({ protocol: 'tcp', startPort, count })

  it('when a range is in use', async () => {
    const problem =
      'TCP ports 5000-5019 cannot be reserved: at least one is bound, reserved or excluded. ' +
      'Choose another start port, or leave it out to let the system choose.'
    const message = () => messageOf(() => tcp(5000, 20), 'SIO_ACQUIRE_PORT_RESERVATION', 'WSAEADDRINUSE')
    vi.stubGlobal('process', { ...process, platform: 'linux' })
    expect(await message()).toBe(problem)
    vi.stubGlobal('process', { ...process, platform: 'win32' })
    expect(await message()).toBe(`${problem} \`netsh int ipv4 show excludedportrange tcp\` lists what is excluded.`)
    vi.unstubAllGlobals()
  })

  it('when a single port is in use', async () => {
    expect(await messageOf(() => tcp(5000, 1), 'SIO_ACQUIRE_PORT_RESERVATION', 'WSAEADDRINUSE')).toMatch(
      /^TCP port 5000 cannot be reserved: it is bound, reserved or excluded\. /,
    )
  })

  it('when so many consecutive ports are not free', async () => {
    const failure = await failureOf(machine.manager.acquire({ protocol: 'udp', count: 11 }))
    expect(failure.message).toBe(
      'No 11 consecutive UDP ports are free: ask for fewer. WSAENOBUFS can also mean that the system is out of memory.',
    )
  })

  it('when not one port is free', async () => {
    await machine.manager.acquire({ protocol: 'udp', count: 10 })
    const failure = await failureOf(machine.manager.acquire({ protocol: 'udp', count: 1 }))
    expect(failure.message).toBe(
      'No UDP port is free: release a block, or close a socket. WSAENOBUFS can also mean that the system is out of memory.',
    )
  })

  it('when a reservation fails for any other reason', async () => {
    const wildcard = () => machine.manager.acquire({ protocol: 'udp', count: 2 })
    expect(await messageOf(wildcard, 'WSASocketW', 'WSAEMFILE')).toBe(
      'Could not reserve 2 UDP ports. WSASocketW failed: WSAEMFILE (10024): No more sockets can be opened.',
    )
    expect(await messageOf(() => tcp(5000, 2), 'SIO_ACQUIRE_PORT_RESERVATION', 'WSAENETDOWN')).toMatch(
      /^Could not reserve TCP ports 5000-5001\. WSAIoctl\(SIO_ACQUIRE_PORT_RESERVATION\) failed: WSAENETDOWN \(10050\): /,
    )
  })

  it('when a block is exhausted', async () => {
    const [one, three] = [await tcp(5000, 1), await tcp(6000, 3)]
    const host = '127.0.0.1'
    expect(await messageOf(() => one.listen(greeter(), { host }), 'bind', 'WSAEADDRINUSE')).toBe(
      'TCP port 5000 is in use: close a socket, or reserve a larger block.',
    )
    expect(await messageOf(() => three.listen(greeter(), { host }), 'bind', 'WSAEADDRINUSE')).toBe(
      'All of TCP ports 6000-6002 are in use: close a socket, or reserve a larger block.',
    )
  })

  it('when the given port is in use', async () => {
    const block = await machine.manager.acquire({ protocol: 'udp', startPort: 5000, count: 3 })
    const bind = () => block.bind(machine.owns(createSocket('udp4')), { port: 5001 })
    expect(await messageOf(bind, 'bind', 'WSAEADDRINUSE')).toBe(
      'UDP port 5001 is in use: close its socket, or leave the port out to get a free one.',
    )
  })

  it('when a block cannot be used for any other reason', async () => {
    const block = await tcp(5000, 3)
    const host = '127.0.0.1'
    expect(await messageOf(() => block.listen(greeter(), { host }), 'getsockname', 'WSAENOBUFS')).toMatch(
      /^Could not use a port of TCP ports 5000-5002\. getsockname failed: WSAENOBUFS \(10055\): /,
    )
    expect(await messageOf(() => block.connect({ host, port: 9, localPort: 5002 }), 'bind', 'WSAENETDOWN')).toMatch(
      /^Could not use port 5002 of TCP ports 5000-5002\. bind failed: WSAENETDOWN \(10050\): /,
    )
  })

  it('when an error has a second meaning', async () => {
    const block = await tcp(5000, 3)
    const host = '127.0.0.1'
    expect(await messageOf(() => block.listen(greeter(), { host }), 'bind', 'WSAENOBUFS')).toBe(
      'All of TCP ports 5000-5002 are in use: close a socket, or reserve a larger block. ' +
        'WSAENOBUFS can also mean that the system is out of memory.',
    )
    expect(await messageOf(() => block.listen(greeter(), { host, port: 5001 }), 'bind', 'WSAEACCES')).toBe(
      'TCP port 5001 is in use: close its socket, or leave the port out to get a free one. ' +
        'WSAEACCES can also mean that the system does not allow it.',
    )
    expect(await messageOf(() => tcp(6000, 3), 'SIO_ACQUIRE_PORT_RESERVATION', 'WSAEACCES')).toMatch(
      /\. WSAEACCES can also mean that the system does not allow it\.$/,
    )
  })

  it('when a persistent reservation cannot be created', async () => {
    const create = (count: number) => () =>
      machine.manager.persistent.create({ protocol: 'tcp', startPort: 5000, count })
    const call = 'CreatePersistentPortReservation'
    expect(await messageOf(create(20), call, 'ERROR_SHARING_VIOLATION')).toBe(
      'TCP ports 5000-5019 cannot be reserved: at least one is in use or reserved. Choose another range.',
    )
    expect(await messageOf(create(1), call, 'ERROR_SHARING_VIOLATION')).toBe(
      'TCP port 5000 cannot be reserved: it is in use or reserved. Choose another range.',
    )
    expect(await messageOf(create(20), call, 'ERROR_GEN_FAILURE')).toMatch(
      /^Could not create the reservation of TCP ports 5000-5019\. CreatePersistentTcpPortReservation failed: ERROR_GEN_FAILURE \(31\): /,
    )
  })

  it('when there is no such persistent reservation', async () => {
    const range = { protocol: 'udp', startPort: 5000, count: 20 } as const
    const failure = await failureOf(machine.manager.persistent.lookup(range))
    expect(failure.message).toBe(
      'No persistent reservation was created with exactly UDP ports 5000-5019: give the range that it was created with.',
    )
    const lookup = () => machine.manager.persistent.lookup(range)
    expect(await messageOf(lookup, 'LookupPersistentPortReservation', 'ERROR_GEN_FAILURE')).toMatch(
      /^Could not look up the reservation of UDP ports 5000-5019\. LookupPersistentUdpPortReservation failed: /,
    )
  })
})
