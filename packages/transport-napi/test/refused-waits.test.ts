import { setTimeout } from 'node:timers/promises'
import { transportPerTest } from '@winport/native-suite'
import { acquireAsync, failureOf, SimulatedCall, simulatorPath, UNTIL_RELEASED } from '@winport/winsock-simulator'
import koffi from 'koffi'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { napiBackend } from './napi-backend.js'

const ERROR_NOT_ENOUGH_MEMORY = 8
const ERROR_NOT_FOUND = 1168

const per = await transportPerTest(napiBackend, 'refused-waits', 100)
const { simulator } = per

const library = koffi.load(simulatorPath)
const createEvent = library.func('uintptr_t WSACreateEvent()')
const setEvent = library.func('int WSASetEvent(uintptr_t event)')
const closeEvent = library.func('int WSACloseEvent(uintptr_t event)')

const FIRST_EVENT = 2 ** 32 + 4 // the simulator's first event

/** Signals every event of the simulator, as a program does that uses a wrong handle. */
function signalAllEvents(): void {
  const last = Number(createEvent())
  closeEvent(last)
  for (let event = FIRST_EVENT; event < last; event += 4) setEvent(event)
}

const open = () => per.transport.openSocket({ protocol: 'tcp' })
const waits = () => simulator.counts().calls[SimulatedCall.REGISTERWAIT] ?? 0

const PATIENTLY = { timeout: 120_000, interval: 10 }

/** Makes calls, which reuse the memory of earlier calls, and expects each to have its own result. */
async function expectOthersToBeRight(): Promise<void> {
  simulator.setLatency(SimulatedCall.ACQUIRE, 5)
  const others = await Promise.all([1, 2, 4, 5].map((count) => acquireAsync(open(), count)))
  expect(others.map(({ NumberOfPorts }) => NumberOfPorts)).toEqual([1, 2, 4, 5])
}

describe('a pending call for which RegisterWaitForSingleObject fails', () => {
  beforeEach(() => simulator.failNext(SimulatedCall.REGISTERWAIT, ERROR_NOT_ENOUGH_MEMORY))

  it('is cancelled and fails with that error', async () => {
    simulator.setLatency(SimulatedCall.ACQUIRE, UNTIL_RELEASED)
    const error = await failureOf(() => acquireAsync(open(), 1))
    expect(error).toMatchObject({ errno: ERROR_NOT_ENOUGH_MEMORY, syscall: 'WSAIoctl(SIO_ACQUIRE_PORT_RESERVATION)' })
    const { calls, pendingCalls, runtimeReservations } = simulator.counts()
    expect(calls[SimulatedCall.CANCELIOEX]).toBe(1)
    expect({ pendingCalls, runtimeReservations }).toEqual({ pendingCalls: 0, runtimeReservations: 0 })
  })

  it('resolves to its result if it completes before it can be cancelled', async () => {
    simulator.setLatency(SimulatedCall.ACQUIRE, 20)
    simulator.failNext(SimulatedCall.CANCELIOEX, ERROR_NOT_FOUND)
    const { NumberOfPorts, Token } = await acquireAsync(open(), 3)
    expect(NumberOfPorts).toBe(3)
    expect(Token).not.toBe(0n)
  })

  it('does not affect the next call, which is waited for', async () => {
    simulator.setLatency(SimulatedCall.ACQUIRE, 10)
    const socket = open()
    await failureOf(() => acquireAsync(socket, 1))
    expect((await acquireAsync(socket, 2)).NumberOfPorts).toBe(2)
    expect(simulator.counts().calls[SimulatedCall.REGISTERWAIT]).toBe(2)
  })

  it('fails with its own error if it completes with one', async () => {
    simulator.setLatency(SimulatedCall.ACQUIRE, 20)
    simulator.failNext(SimulatedCall.CANCELIOEX, ERROR_NOT_FOUND)
    simulator.failNext(SimulatedCall.ACQUIRE, 10_013)
    expect(await failureOf(() => acquireAsync(open(), 1))).toMatchObject({ code: 'WSAEACCES' })
  })

  it('keeps its memory and is polled if it can be neither cancelled nor waited for', async () => {
    simulator.setLatency(SimulatedCall.ACQUIRE, UNTIL_RELEASED)
    simulator.failNext(SimulatedCall.CANCELIOEX, ERROR_NOT_FOUND)
    simulator.failNext(SimulatedCall.WSAGETOVERLAPPEDRESULT, 10_050)
    const call = acquireAsync(open(), 3)
    await expectOthersToBeRight()
    simulator.releasePending(1)
    expect((await call).NumberOfPorts).toBe(3)
  })

  it('is polled every 10 ms, not continuously', async () => {
    simulator.setLatency(SimulatedCall.ACQUIRE, UNTIL_RELEASED)
    simulator.failNext(SimulatedCall.CANCELIOEX, ERROR_NOT_FOUND)
    simulator.failNext(SimulatedCall.WSAGETOVERLAPPEDRESULT, 10_050)
    for (let nth = 2; nth <= 1000; nth++) simulator.failNext(SimulatedCall.REGISTERWAIT, ERROR_NOT_ENOUGH_MEMORY, nth)
    const call = acquireAsync(open(), 3)
    const started = performance.now()
    const before = process.cpuUsage()
    await vi.waitFor(() => expect(waits()).toBeGreaterThan(20), PATIENTLY)
    const { user, system } = process.cpuUsage(before)
    const elapsed = performance.now() - started
    expect((user + system) / 1000).toBeLessThan(elapsed / 2)
    expect(waits()).toBeLessThan(elapsed / 10 + 10)
    simulator.releasePending(1)
    expect((await call).NumberOfPorts).toBe(3)
  })
})

describe('a pending call whose event is signalled before it is complete', () => {
  it.each([0, 1, 5])('stays pending and completes later, though waiting again fails %i times', async (times) => {
    simulator.setLatency(SimulatedCall.ACQUIRE, UNTIL_RELEASED)
    let settled = false
    const call = acquireAsync(open(), 3).finally(() => {
      settled = true
    })
    for (let nth = 1; nth <= times; nth++) simulator.failNext(SimulatedCall.REGISTERWAIT, ERROR_NOT_ENOUGH_MEMORY, nth)
    signalAllEvents()
    // The first wait, those that the system refuses, and then one that lasts.
    await vi.waitFor(() => expect(waits()).toBe(times + 2), PATIENTLY)
    await setTimeout(50)
    expect(waits()).toBe(times + 2)
    expect(settled).toBe(false)
    await expectOthersToBeRight()
    simulator.releasePending(1)
    expect((await call).NumberOfPorts).toBe(3)
  })
})
