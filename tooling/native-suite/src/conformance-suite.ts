import { defineConformanceTests } from '@winport/transport/conformance'
import { type NativeBackend, simulatorTarget, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, describe, it } from 'vitest'
import type { TestPorts } from './test-ports.js'

/** The conformance suite on the simulator, in this process. */
export function defineConformanceOnSimulator(backend: NativeBackend, ports: TestPorts): void {
  const simulator = new WinsockSimulator(`${backend.name}-conformance`, ports)
  afterAll(() => simulator.destroy())
  defineConformanceTests({ describe, it }, simulatorTarget(backend, simulator))
}
