import { getEventListeners } from 'node:events'
import { AbortError } from '@winport/transport'
import { DEFAULT_WORLD } from '@winport/transport/backend'
import { expect, it } from 'vitest'
import { finish, HostPorts } from '../src/host-ports.js'
import { takeSnapshot } from '../src/kernel-snapshot.js'
import type { KernelState } from '../src/kernel-state.js'
import { errorNumbersOf } from '../src/kernel-world.js'
import { MockProcess } from '../src/mock-process.js'
import { PlannedFaults } from '../src/planned-faults.js'
import { PortPool } from '../src/port-pool.js'
import { TokenSequence } from '../src/token-sequence.js'
import { acquire, acquireAsync } from './reservation-calls.js'

const RANGE = { protocol: 'tcp', startPort: 5000, count: 50 } as const

/** A process on a machine whose host takes so many milliseconds to probe a port. */
function openProcess(isFree: (port: number) => boolean = () => true, probeTime = 1) {
  const host = new HostPorts((port) => {
    const began = performance.now()
    while (performance.now() - began < probeTime) {}
    return isFree(port)
  })
  const [world, errors] = [DEFAULT_WORLD, errorNumbersOf(DEFAULT_WORLD)]
  const dynamicRange = { startPort: RANGE.startPort, count: 100 }
  const makePool = () => new PortPool({ dynamicRange, world, errors, tokens: new TokenSequence(), host })
  const kernel: KernelState = {
    id: 'test',
    dynamicRange,
    pools: { tcp: makePool(), udp: makePool() },
    faults: new PlannedFaults(),
    supported: true,
    world,
    errors,
    processes: new Set(),
    sockets: new Set(),
  }
  const process = new MockProcess(kernel, 4, true)
  return { process, socket: process.openSocket({ protocol: 'tcp' }), inspect: () => takeSnapshot(kernel) }
}

/** Resolves to the number of turns of the event loop that the work takes. */
async function turnsOf(work: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let running = true
  const count = () => {
    turns++
    if (running) setImmediate(count)
  }
  setImmediate(count)
  await work()
  running = false
  return turns
}

it('takes several turns of the event loop to probe a large range', async () => {
  const { process, socket } = openProcess()
  expect(await turnsOf(() => acquireAsync(socket, 0, 50))).toBeGreaterThan(2)
  process.exit()
  expect(await turnsOf(() => openProcess().process.persistent.create(RANGE))).toBeGreaterThan(2)
})

it('completes in the same turn for a small range', async () => {
  // A busy machine can stop this process in the middle of a probe, and then that search takes another turn.
  const turns = new Set<number>()
  for (let tries = 0; tries < 50 && !turns.has(0); tries++) {
    const { process, socket } = openProcess(() => true, 0)
    turns.add(await turnsOf(() => acquireAsync(socket, 0, 2)))
    process.exit()
  }
  expect(turns).toContain(0)
})

it('ends when its socket closes', async () => {
  const { socket, inspect } = openProcess()
  const acquired = acquireAsync(socket, 0, 50)
  expect(inspect().sockets).toMatchObject([{ pendingCalls: 1 }])
  socket.close()
  await expect(acquired).rejects.toMatchObject({
    code: 'WSA_OPERATION_ABORTED',
    syscall: 'WSAIoctl(SIO_ACQUIRE_PORT_RESERVATION)',
  })
  expect(inspect()).toMatchObject({ sockets: [], reservations: [] })
})

it('ends when its signal is aborted, and leaves no listener', async () => {
  const { socket, inspect } = openProcess()
  const controller = new AbortController()
  const acquired = acquireAsync(socket, 0, 50, { signal: controller.signal })
  setImmediate(() => controller.abort())
  await expect(acquired).rejects.toBeInstanceOf(AbortError)
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  expect(inspect()).toMatchObject({ sockets: [{ pendingCalls: 0 }], reservations: [] })
})

it('ends for a persistent reservation when its process ends or its signal is aborted', async () => {
  const { process, inspect } = openProcess()
  const controller = new AbortController()
  const aborted = process.persistent.create(RANGE, { signal: controller.signal })
  setImmediate(() => controller.abort())
  await expect(aborted).rejects.toBeInstanceOf(AbortError)
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  const created = process.persistent.create(RANGE)
  setImmediate(() => process.exit())
  await expect(created).rejects.toMatchObject({
    code: 'ERROR_OPERATION_ABORTED',
    syscall: 'CreatePersistentTcpPortReservation',
  })
  expect(inspect().reservations).toEqual([])
})

it('refuses a range that another call takes during the search', async () => {
  const { process, socket, inspect } = openProcess()
  const searches = Promise.allSettled([acquireAsync(socket, 5000, 50), process.persistent.create(RANGE)])
  acquire(process.openSocket({ protocol: 'tcp' }), 5010, 1)
  expect(await searches).toMatchObject([
    { reason: { code: 'WSAEADDRINUSE' } },
    { reason: { code: 'ERROR_SHARING_VIOLATION' } },
  ])
  expect(inspect().reservations).toHaveLength(1)
})

it('gives a wildcard another range when another call takes the found one', async () => {
  const { process, socket } = openProcess((port) => port >= 5050)
  const wildcard = acquireAsync(socket, 0, 20)
  acquire(process.openSocket({ protocol: 'tcp' }), 5050, 21)
  expect((await wildcard).startPort).toBeGreaterThan(5070)
})

it('refuses a range that contains a port in use', async () => {
  const { process, socket, inspect } = openProcess((port) => port !== 5001)
  await expect(acquireAsync(socket, 5000, 50)).rejects.toMatchObject({ code: 'WSAEADDRINUSE' })
  await expect(process.persistent.create(RANGE)).rejects.toMatchObject({ code: 'ERROR_SHARING_VIOLATION' })
  expect(inspect().reservations).toEqual([])
})

it.each([5049, 5000])('fails with the error of the probe (port %i), and reserves nothing', async (failing) => {
  const failure = Object.assign(new Error('bind EMFILE'), { code: 'EMFILE', syscall: 'bind' })
  let fails = true
  const { process, socket, inspect } = openProcess((port) => {
    if (fails && port === failing) throw failure
    return true
  })
  await expect(acquireAsync(socket, 5000, 50)).rejects.toBe(failure)
  expect(() => acquire(socket, 5000, 50)).toThrow(failure)
  expect(() => socket.bind({ address: '127.0.0.1', port: failing })).toThrow(failure)
  await expect(process.persistent.create(RANGE)).rejects.toBe(failure)
  expect(inspect()).toMatchObject({ reservations: [], sockets: [{ pendingCalls: 0, port: undefined }] })
  fails = false
  expect((await acquireAsync(socket, 5000, 50)).count).toBe(50)
})

it('probes the port first that was in use in an earlier search', () => {
  const probed: number[] = []
  const inUse = new Set([5000])
  const host = new HostPorts((port) => {
    probed.push(port)
    return !inUse.has(port)
  })
  const findInUse = (startPort: number, count: number) => {
    probed.length = 0
    return { port: finish(host.findInUse(startPort, count)), probes: probed.length }
  }
  expect(findInUse(4000, 1010)).toEqual({ port: 5000, probes: 10 })
  for (let start = 4001; start <= 5000; start++) expect(findInUse(start, 1010)).toEqual({ port: 5000, probes: 1 })
  expect(findInUse(5001, 10)).toEqual({ port: -1, probes: 10 })
  inUse.delete(5000)
  expect(findInUse(5000, 1)).toEqual({ port: -1, probes: 2 })
  expect(findInUse(5000, 1)).toEqual({ port: -1, probes: 1 })
})
