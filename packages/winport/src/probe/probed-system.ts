import type { Transport } from '@winport/transport'
import { type ConformanceProcess, ForkedProcess, TransportProcess } from '@winport/transport/conformance'
import { MockKernel } from '@winport/transport-mock'
import type { BackendName } from '../backend-names.js'
import { openTransport } from '../backends.js'
import type { DynamicPorts, Machine } from '../machine/machine.js'
import type { MachineInfo } from '../machine/machine-info.js'

/** What is probed: a backend, on a machine. */
export interface ProbedSystem {
  readonly backend: string
  /** Whether it is the real thing. */
  readonly description: string
  readonly windowsBuild: number
  readonly dynamicRange: DynamicPorts
  openTransport(): Promise<Transport>
  openProcess(): Promise<ConformanceProcess>
}

/** Windows has these unless configured otherwise. */
const DEFAULT_RANGE: DynamicPorts = { startPort: 49_152, count: 16_384 }

/** The backend that was asked for, or the best one. Rejects if there is none. */
export async function openProbedSystem(
  choice: BackendName | undefined,
  machine: Machine,
  info: MachineInfo,
): Promise<ProbedSystem> {
  if (choice === 'mock') return openMockSystem()
  await using first = await openTransport({ transport: choice }, machine)
  const backend = first.name as BackendName
  const { libraries } = machine
  return {
    backend,
    description: libraries === undefined ? "Windows' own libraries" : `a simulation of Windows, ${libraries.winsock}`,
    windowsBuild: info.windowsBuild ?? 0,
    dynamicRange: coveringRange(info.dynamicPorts.tcp ?? DEFAULT_RANGE, info.dynamicPorts.udp ?? DEFAULT_RANGE),
    openTransport: () => openTransport({ transport: backend }, machine),
    openProcess: () =>
      ForkedProcess.start(new URL('./probe-process.js', import.meta.url), [backend, JSON.stringify(libraries ?? null)]),
  }
}

function openMockSystem(): ProbedSystem {
  const kernel = new MockKernel({ avoidHostPorts: true })
  return {
    backend: 'mock',
    description: 'a simulation of Windows, which says nothing about this machine',
    windowsBuild: kernel.windowsBuild,
    dynamicRange: kernel.dynamicRange,
    openTransport: async () => kernel.openTransport({ elevated: true }),
    openProcess: async () => {
      const transport = kernel.openTransport({ elevated: true })
      return new TransportProcess(transport, () => transport.exit())
    },
  }
}

/** The suite knows one range for both protocols. */
function coveringRange(tcp: DynamicPorts, udp: DynamicPorts): DynamicPorts {
  const startPort = Math.min(tcp.startPort, udp.startPort)
  return { startPort, count: Math.max(tcp.startPort + tcp.count, udp.startPort + udp.count) - startPort }
}
