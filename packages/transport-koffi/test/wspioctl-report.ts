// Runs the conformance suite through WSPIoctl without a test runner and prints its report, and then what a few calls came to.
// With 'system': how the machine's own service provider is refused. This is what runs as a Windows program.
import { formatConformanceReport, runConformance } from '@winport/transport/conformance'
import {
  acquire,
  acquireAsync,
  failureOf,
  SimulatedCall,
  simulatorLibraries,
  simulatorTarget,
  WinsockSimulator,
} from '@winport/winsock-simulator'
import { createKoffiTransport } from '../src/index.js'
import { wspioctlBackend } from './wspioctl-backend.js'

if (process.argv[2] === 'system') {
  const { name, message } = await failureOf(() => createKoffiTransport({ entryPoint: 'WSPIoctl' }))
  await using transport = createKoffiTransport()
  using socket = transport.openSocket({ protocol: 'tcp' })
  socket.bind({ address: '127.0.0.1', port: 0 })
  console.log(JSON.stringify({ name, message, bound: socket.localAddress().port > 0 }))
} else {
  const simulator = new WinsockSimulator('koffi-wspioctl-report', { startPort: 29_000, count: 2048 })
  const report = await runConformance(simulatorTarget(wspioctlBackend, simulator))
  simulator.reset()
  const transport = wspioctlBackend.openTransport(simulatorLibraries)
  const socket = transport.openSocket({ protocol: 'tcp' })
  acquire(socket, 1)
  await acquireAsync(socket, 1)
  const { wrong, refused } = simulator.tryUpcalls()
  await transport.close()
  const { calls, providerStartups, startups } = simulator.counts()
  const made = { WSAIoctl: calls[SimulatedCall.WSAIOCTL], WSPIoctl: calls[SimulatedCall.WSPIOCTL] }
  simulator.destroy()
  console.log(formatConformanceReport(report))
  console.log(JSON.stringify({ ...made, wrong, refused, providerStartups, startups }))
  process.exitCode = report.results.some(({ outcome }) => outcome === 'failed') ? 1 : 0
}
