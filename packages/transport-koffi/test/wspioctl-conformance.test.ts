import { defineConformanceTests } from '@winport/transport/conformance'
import { simulatorTarget, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, describe, it } from 'vitest'
import { wspioctlBackend } from './wspioctl-backend.js'

const simulator = new WinsockSimulator('koffi-wspioctl-conformance', { startPort: 44_000, count: 2048 })
afterAll(() => simulator.destroy())

defineConformanceTests({ describe, it }, simulatorTarget(wspioctlBackend, simulator))
