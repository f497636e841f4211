import { ReservationManager } from '@winport/manager'
import { codeOf } from '@winport/transport/backend'
import { MockKernel } from '@winport/transport-mock'
import type { BackendName } from '../backend-names.js'
import { type BackendEnvironment, openTransport } from '../backends.js'
import { describeSystem } from '../machine/describe-system.js'
import { mockStranger, realStranger, type Stranger } from './stranger.js'

/** The machine that the demo runs on. */
export interface DemoMachine {
  /** Names the backend and says whether it is a simulation. */
  readonly description: string
  readonly manager: ReservationManager
  readonly stranger: Stranger
}

/** Opens the requested backend. Without a request: the best backend, or the mock if no native one can be opened. */
export async function openDemoMachine(
  choice: BackendName | undefined,
  environment: BackendEnvironment,
): Promise<DemoMachine> {
  if (choice === 'mock') return openMockMachine('as requested', environment)
  const { libraries } = environment
  try {
    const transport = await openTransport({ transport: choice }, environment)
    const system = describeSystem(transport.name, libraries)
    const manager = new ReservationManager({ transport })
    try {
      const stranger = await realStranger(transport.name, libraries)
      return { description: `the ${transport.name} backend: ${system}`, manager, stranger }
    } catch (error) {
      await manager.close()
      throw error
    }
  } catch (error) {
    if (choice !== undefined || codeOf(error) !== 'ERR_RESERVATION_UNSUPPORTED') throw error
    return openMockMachine(
      /^(?:win32|linux)$/.test(environment.platform)
        ? 'no native backend can be opened'
        : `the platform is ${environment.platform}`,
      environment,
    )
  }
}

function openMockMachine(reason: string, { simulated }: BackendEnvironment): DemoMachine {
  // A large range, so that even a busy machine has a block of free ports in it.
  const kernel = new MockKernel({ dynamicRange: { startPort: 10_000, count: 55_536 }, ...simulated })
  return {
    description: `the mock backend (${reason}): the kernel and its second process are simulated, the sockets are real`,
    manager: new ReservationManager({ transport: kernel.openTransport() }),
    stranger: mockStranger(kernel.openTransport()),
  }
}
