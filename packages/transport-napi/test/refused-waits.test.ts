import type { Transport } from '@winport/transport'
import {
  acquireAsync,
  failureOf,
  SimulatedCall,
  simulatorLibraries,
  UNTIL_RELEASED,
  WinsockSimulator,
} from '@winport/winsock-simulator'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createNapiTransport } from '../src/index.js'

const ERROR_NOT_ENOUGH_MEMORY = 8
const ERROR_NOT_FOUND = 1168

const simulator = new WinsockSimulator('napi-refused-waits', { startPort: 34_100, count: 100 })
let transport: Transport

beforeEach(() => {
  simulator.reset()
  transport = createNapiTransport({ libraries: simulatorLibraries })
  simulator.failNext(SimulatedCall.REGISTERWAIT, ERROR_NOT_ENOUGH_MEMORY)
})
afterEach(async () => {
  await transport.close()
  const { openSockets, runtimeReservations, pendingCalls, startups } = simulator.counts()
  expect({ openSockets, runtimeReservations, pendingCalls, startups }).toEqual({
    openSockets: 0,
    runtimeReservations: 0,
    pendingCalls: 0,
    startups: 0,
  })
})
afterAll(() => simulator.destroy())

const open = () => transport.openSocket({ protocol: 'tcp' })

describe('a pending call for which RegisterWaitForSingleObject fails', () => {
  it('is cancelled, and fails with that error', async () => {
    simulator.setLatency(SimulatedCall.ACQUIRE, UNTIL_RELEASED)
    const error = await failureOf(() => acquireAsync(open(), 1))
    expect(error).toMatchObject({ errno: ERROR_NOT_ENOUGH_MEMORY, syscall: 'WSAIoctl(SIO_ACQUIRE_PORT_RESERVATION)' })
    const { calls, pendingCalls, runtimeReservations } = simulator.counts()
    expect(calls[SimulatedCall.CANCELIOEX]).toBe(1)
    expect({ pendingCalls, runtimeReservations }).toEqual({ pendingCalls: 0, runtimeReservations: 0 })
  })

  it('resolves to what it granted if it could not be cancelled any more', async () => {
    simulator.setLatency(SimulatedCall.ACQUIRE, 20)
    simulator.failNext(SimulatedCall.CANCELIOEX, ERROR_NOT_FOUND)
    const { NumberOfPorts, Token } = await acquireAsync(open(), 3)
    expect(NumberOfPorts).toBe(3)
    expect(Token).not.toBe(0n)
  })

  it('is in nobody’s way afterwards: the next one is waited for', async () => {
    simulator.setLatency(SimulatedCall.ACQUIRE, 10)
    const socket = open()
    await failureOf(() => acquireAsync(socket, 1))
    expect((await acquireAsync(socket, 2)).NumberOfPorts).toBe(2)
    expect(simulator.counts().calls[SimulatedCall.REGISTERWAIT]).toBe(2)
  })
})
