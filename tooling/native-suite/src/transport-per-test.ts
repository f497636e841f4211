import type { Transport } from '@winport/transport'
import { type NativeBackend, simulatorLibraries, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, afterEach, beforeEach, expect } from 'vitest'
import { openDescriptors } from './open-descriptors.js'
import type { TestPorts } from './test-ports.js'

/** A simulator of a suite's own, and for each of its tests a transport, which must leave nothing when it is closed. */
export interface TransportPerTest {
  readonly simulator: WinsockSimulator
  /** The running test's. */
  readonly transport: Transport
  /** How many sockets this process had open before. */
  readonly descriptors: number
}

export function transportPerTest(backend: NativeBackend, suite: string, ports: TestPorts): TransportPerTest {
  const simulator = new WinsockSimulator(`${backend.name}-${suite}`, ports)
  let transport: Transport
  let descriptors: number

  beforeEach(() => {
    simulator.reset()
    descriptors = openDescriptors()
    transport = backend.openTransport(simulatorLibraries)
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
    expect(openDescriptors()).toBe(descriptors)
  })
  afterAll(() => simulator.destroy())

  return {
    simulator,
    get transport() {
      return transport
    },
    get descriptors() {
      return descriptors
    },
  }
}
