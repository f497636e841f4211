import { DEFAULT_DYNAMIC_RANGE } from '@winport/definitions'
import type { Transport } from '@winport/transport'
import {
  type ConformanceFeature,
  type ConformanceProcess,
  type SecondProcessOptions,
  TransportProcess,
} from '@winport/transport/conformance'
import { MockKernel } from '@winport/transport-mock'
import type { BackendName } from '../backend-names.js'
import { openTransport } from '../backends.js'
import { describeSystem } from '../machine/describe-system.js'
import type { DynamicPorts } from '../machine/dynamic-ports.js'
import type { MachineEnvironment } from '../machine/machine-environment.js'
import type { MachineInfo } from '../machine/machine-info.js'
import { startSecondProcess } from '../machine/second-process.js'

/** The subject of a probe: a backend on a machine. */
export interface ProbedSystem {
  readonly backend: string
  /** Whether this is a Windows, not a simulation. */
  readonly isReal: boolean
  /** Says the same in words. */
  readonly description: string
  readonly windowsBuild: number
  readonly dynamicRange: DynamicPorts
  readonly features: readonly ConformanceFeature[]
  openTransport(): Promise<Transport>
  openProcess(options?: SecondProcessOptions): Promise<ConformanceProcess>
}

/** Opens the requested backend, or the best one. Rejects if it cannot be opened. */
export async function openProbedSystem(
  choice: BackendName | undefined,
  machine: MachineEnvironment,
  info: MachineInfo,
): Promise<ProbedSystem> {
  if (choice === 'mock') return openMockSystem(machine)
  await using first = await openTransport({ transport: choice }, machine)
  const backend = first.name as BackendName
  const { libraries } = machine
  return {
    backend,
    isReal: libraries === undefined && backend !== 'linux',
    description: describeSystem(backend, libraries),
    windowsBuild: info.windowsBuild ?? 0,
    dynamicRange: coveringRange(
      info.dynamicPorts.tcp ?? DEFAULT_DYNAMIC_RANGE,
      info.dynamicPorts.udp ?? DEFAULT_DYNAMIC_RANGE,
    ),
    features: backend === 'linux' ? ['posix-ports'] : [],
    openTransport: () => openTransport({ transport: backend }, machine),
    openProcess: ({ isNew = false } = {}) => startSecondProcess(backend, libraries, !isNew),
  }
}

function openMockSystem({ simulated }: MachineEnvironment): ProbedSystem {
  const kernel = new MockKernel({ avoidHostPorts: true, ...simulated })
  return {
    backend: 'mock',
    isReal: false,
    description: 'a simulation of Windows, which says nothing about this machine',
    windowsBuild: kernel.windowsBuild,
    dynamicRange: kernel.dynamicRange,
    features: [],
    openTransport: async () => kernel.openTransport({ elevated: true }),
    openProcess: async () => {
      const transport = kernel.openTransport({ elevated: true })
      return new TransportProcess(transport, () => transport.exit())
    },
  }
}

/** The range that contains both, because the suite takes one range for both protocols. */
function coveringRange(tcp: DynamicPorts, udp: DynamicPorts): DynamicPorts {
  const startPort = Math.min(tcp.startPort, udp.startPort)
  return { startPort, count: Math.max(tcp.startPort + tcp.count, udp.startPort + udp.count) - startPort }
}
