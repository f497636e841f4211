// Runs the conformance suite without a test runner and prints its report: on the simulator, or with 'system' on the
// machine's own Winsock, of which nothing is presumed. This is what runs as a Windows program.
import { formatConformanceReport, runConformance } from '@winport/transport/conformance'
import { simulatorTarget, systemTarget, WinsockSimulator } from '@winport/winsock-simulator'
import { createKoffiTransport } from '../src/index.js'
import { koffiBackend } from './koffi-backend.js'

const simulator =
  process.argv[2] === 'system'
    ? undefined
    : new WinsockSimulator('koffi-conformance-report', { startPort: 61_000, count: 2048 })
const target =
  simulator === undefined
    ? await systemTarget('koffi', () => createKoffiTransport())
    : simulatorTarget(koffiBackend, simulator)
const report = await runConformance(target)
simulator?.destroy()
console.log(formatConformanceReport(report))
process.exitCode = report.results.some(({ outcome }) => outcome === 'failed') ? 1 : 0
