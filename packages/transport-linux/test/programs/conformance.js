// Runs the conformance suite as the user, and on the network, that it is started with: node conformance.js <name>.
import { formatConformanceReport, runConformance } from '@winport/transport/conformance'
import { linuxTarget } from './linux-target.js'

const report = await runConformance(linuxTarget(process.argv[2]))
console.log(formatConformanceReport(report))
