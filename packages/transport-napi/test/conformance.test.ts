import { defineConformanceTests } from '@winport/transport/conformance'
import { simulatorTarget, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, describe, it } from 'vitest'
import { napiBackend } from './napi-backend.js'

const simulator = new WinsockSimulator('napi-conformance', { startPort: 57_000, count: 2048 })
afterAll(() => simulator.destroy())

defineConformanceTests({ describe, it }, simulatorTarget(napiBackend, simulator))
