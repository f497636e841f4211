import {
  acquire,
  acquireAsync,
  failureOf,
  type NativeBackend,
  SimulatedCall,
  simulatorLibraries,
  WinsockSimulator,
} from '@winport/winsock-simulator'
import { throughWSPIoctl } from '../through-wspioctl.js'
import { conformanceReport } from './conformance-report.js'

/**
 * Prints the conformance reports of both entry points on the simulator with these ports, and the results of some calls to
 * its service provider. With 'system', prints the error that the service provider of the machine causes.
 */
export async function entryPointsReport(
  backend: NativeBackend,
  startPort: string | 'system' = '',
  count = '',
): Promise<void> {
  if (startPort === 'system') return await refusedProvider(backend)
  await conformanceReport(backend, startPort, count)
  const asking = throughWSPIoctl(backend)
  await conformanceReport(asking, startPort, count)
  const simulator = new WinsockSimulator(`${asking.name}-calls`, { startPort: Number(startPort), count: Number(count) })
  const transport = asking.openTransport(simulatorLibraries)
  const socket = transport.openSocket({ protocol: 'tcp' })
  acquire(socket, 1)
  await acquireAsync(socket, 1)
  const { wrong, refused } = simulator.tryUpcalls()
  await transport.close()
  const { calls, providerStartups, startups } = simulator.counts()
  simulator.destroy()
  const made = { WSAIoctl: calls[SimulatedCall.WSAIOCTL], WSPIoctl: calls[SimulatedCall.WSPIOCTL] }
  console.log(JSON.stringify({ ...made, wrong, refused, providerStartups, startups }))
}

async function refusedProvider(backend: NativeBackend): Promise<void> {
  const { name, message } = await failureOf(() => backend.openTransport(undefined, 'WSPIoctl'))
  await using transport = backend.openTransport()
  using socket = transport.openSocket({ protocol: 'tcp' })
  socket.bind({ address: '127.0.0.1', port: 0 })
  console.log(JSON.stringify({ name, message, bound: socket.localAddress().port > 0 }))
}
