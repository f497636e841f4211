import { defineConformanceTests } from '@winport/transport/conformance'
import { simulatorTarget, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, describe, it } from 'vitest'
import { koffiBackend } from './koffi-backend.js'

const simulator = new WinsockSimulator('koffi-conformance', { startPort: 61_000, count: 2048 })
afterAll(() => simulator.destroy())

defineConformanceTests({ describe, it }, simulatorTarget(koffiBackend, simulator))
