import { formatConformanceReport, runConformance, systemTarget } from '@winport/transport/conformance'
import { type NativeBackend, simulatorTarget, WinsockSimulator } from '@winport/winsock-simulator'

/** For each test. Some start processes, which take seconds under Wine and many on a busy machine. */
const TIME_LIMIT = 120_000

/**
 * Runs the conformance suite without a test runner and prints its report: on the simulator with these ports, or with
 * 'system' on the Winsock of the machine.
 */
export async function conformanceReport(
  backend: NativeBackend,
  startPort: string | 'system' = '',
  count = '',
): Promise<void> {
  const simulator =
    startPort === 'system'
      ? undefined
      : new WinsockSimulator(`${backend.name}-report`, { startPort: Number(startPort), count: Number(count) })
  const target =
    simulator === undefined
      ? await systemTarget(`${backend.name} on the Winsock of this machine`, () => backend.openTransport())
      : simulatorTarget(backend, simulator)
  const report = await runConformance({ ...target, timeLimit: TIME_LIMIT })
  simulator?.destroy()
  console.log(`Node.js ${process.version} on ${process.platform} ${process.arch}`)
  console.log(formatConformanceReport(report))
  if (report.results.some(({ outcome }) => outcome === 'failed')) process.exitCode = 1
}
