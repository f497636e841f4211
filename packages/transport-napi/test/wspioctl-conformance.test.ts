import { defineConformanceTests } from '@winport/transport/conformance'
import { simulatorTarget, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, describe, it } from 'vitest'
import { wspioctlBackend } from './wspioctl-backend.js'

const simulator = new WinsockSimulator('napi-wspioctl-conformance', { startPort: 41_000, count: 2048 })
afterAll(() => simulator.destroy())

defineConformanceTests({ describe, it }, simulatorTarget(wspioctlBackend, simulator))
