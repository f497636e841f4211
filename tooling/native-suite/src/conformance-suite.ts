import { defineConformanceTests } from '@winport/transport/conformance'
import { leasePorts } from '@winport/windows'
import { type NativeBackend, simulatorTarget, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, describe, it } from 'vitest'

/** The conformance suite on the simulator, in this process. */
export async function defineConformanceOnSimulator(backend: NativeBackend): Promise<void> {
  const simulator = new WinsockSimulator(`${backend.name}-conformance`, await leasePorts(1000))
  afterAll(() => simulator.destroy())
  defineConformanceTests({ describe, it }, simulatorTarget(backend, simulator))
}
