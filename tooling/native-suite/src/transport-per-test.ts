import type { Transport } from '@winport/transport'
import { leasePorts } from '@winport/windows'
import { type NativeBackend, simulatorLibraries, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, afterEach, beforeEach, expect } from 'vitest'
import { openDescriptors } from './open-descriptors.js'

/** A simulator for a suite and a transport for each test, which must leave nothing open when it is closed. */
export interface TransportPerTest {
  readonly simulator: WinsockSimulator
  /** The transport of the running test. */
  readonly transport: Transport
  /** The number of open sockets of this process before the test. */
  readonly descriptors: number
}

export async function transportPerTest(
  backend: NativeBackend,
  suite: string,
  portCount: number,
): Promise<TransportPerTest> {
  const simulator = new WinsockSimulator(`${backend.name}-${suite}`, await leasePorts(portCount))
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
