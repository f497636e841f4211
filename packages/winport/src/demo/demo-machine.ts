import { ReservationError, ReservationManager } from '@winport/manager'
import type { WinsockLibraries } from '@winport/transport/native'
import { MockKernel } from '@winport/transport-mock'
import type { BackendName } from '../backend-names.js'
import { type BackendEnvironment, defaultEnvironment, openTransport } from '../backends.js'
import { MockStranger, ProcessStranger, type Stranger } from './demo-stranger.js'

/** What the demo runs on. */
export interface DemoMachine {
  /** One line that says which backend this is, and whether it is the real thing. */
  readonly description: string
  readonly manager: ReservationManager
  readonly stranger: Stranger
}

export interface DemoOptions {
  readonly transport?: BackendName | undefined
  /** What the native backends call in place of Windows' own libraries: a simulator. */
  readonly libraries?: WinsockLibraries | undefined
}

/** Opens the backend that was asked for; without a choice the best one, or else the mock. */
export async function openDemoMachine(
  { transport: choice, libraries }: DemoOptions,
  environment: BackendEnvironment = { ...defaultEnvironment, libraries },
): Promise<DemoMachine> {
  if (choice === 'mock') return openMockMachine('as asked')
  try {
    const transport = await openTransport({ transport: choice }, environment)
    const what = libraries === undefined ? "Windows' own libraries" : `a simulation of Windows, ${libraries.winsock}`
    return {
      description: `the ${transport.name} backend: ${what}`,
      manager: new ReservationManager({ transport }),
      stranger: new ProcessStranger(transport.name, libraries),
    }
  } catch (error) {
    const isMissing = error instanceof ReservationError && error.code === 'ERR_RESERVATION_UNSUPPORTED'
    if (choice !== undefined || !isMissing) throw error
    return openMockMachine(
      environment.platform === 'win32' ? 'no native backend is installed' : `this is ${environment.platform}`,
    )
  }
}

function openMockMachine(why: string): DemoMachine {
  // All but the well-known ports: there is room for a block of free ones on the busiest machine.
  const kernel = new MockKernel({ dynamicRange: { startPort: 10_000, count: 55_536 } })
  return {
    description: `the mock backend (${why}): the kernel and its second process are a simulation, the sockets are real`,
    manager: new ReservationManager({ transport: kernel.openTransport() }),
    stranger: new MockStranger(kernel.openTransport()),
  }
}
