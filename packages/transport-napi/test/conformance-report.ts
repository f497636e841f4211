// Runs the conformance suite without a test runner and prints its report: on the simulator, or with 'system' on the
// machine's own Winsock, of which nothing is presumed. This is what runs as a Windows program.
import { formatConformanceReport, runConformance } from '@winport/transport/conformance'
import { simulatorTarget, systemTarget, WinsockSimulator } from '@winport/winsock-simulator'
import { createNapiTransport } from '../src/index.js'
import { napiBackend } from './napi-backend.js'

const simulator =
  process.argv[2] === 'system'
    ? undefined
    : new WinsockSimulator('napi-conformance-report', { startPort: 57_000, count: 2048 })
const target =
  simulator === undefined
    ? await systemTarget('napi', () => createNapiTransport())
    : simulatorTarget(napiBackend, simulator)
const report = await runConformance(target)
simulator?.destroy()
console.log(formatConformanceReport(report))
process.exitCode = report.results.some(({ outcome }) => outcome === 'failed') ? 1 : 0
