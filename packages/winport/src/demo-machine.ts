import { ReservationError, ReservationManager } from '@winport/manager'
import type { PortRange } from '@winport/transport'
import { MockKernel, type MockTransport } from '@winport/transport-mock'
import { openTransport } from './backends.js'
import type { BackendName } from './open-reservation-manager.js'

/** Another process, which has no business in our block. Both calls resolve to the error that it is turned away with. */
export interface Stranger {
  readonly pid: number
  acquire(range: PortRange): Promise<unknown>
  bind(port: number): Promise<unknown>
}

/** What the demo runs on. */
export interface DemoMachine {
  /** One line that says which backend this is, and whether it is the real thing. */
  readonly description: string
  readonly manager: ReservationManager
  readonly stranger: Stranger
}

/** Opens the backend that was asked for; without a choice the best one, or else the mock. */
export async function openDemoMachine(choice: BackendName | undefined): Promise<DemoMachine> {
  if (choice === 'mock') return openMockMachine('as asked')
  try {
    const transport = await openTransport({ transport: choice })
    throw new Error(`the demo cannot run on the ${transport.name} backend yet`)
  } catch (error) {
    const isMissing = error instanceof ReservationError && error.code === 'ERR_RESERVATION_UNSUPPORTED'
    if (choice !== undefined || !isMissing) throw error
    return openMockMachine(
      process.platform === 'win32' ? 'no native backend is installed' : `this is ${process.platform}`,
    )
  }
}

function openMockMachine(why: string): DemoMachine {
  const kernel = new MockKernel()
  return {
    description: `the mock backend (${why}): the kernel and its second process are a simulation, the sockets are real`,
    manager: new ReservationManager({ transport: kernel.openTransport() }),
    stranger: new MockStranger(kernel.openTransport()),
  }
}

class MockStranger implements Stranger {
  readonly #transport: MockTransport

  constructor(transport: MockTransport) {
    this.#transport = transport
  }

  get pid(): number {
    return this.#transport.pid
  }

  async acquire(range: PortRange): Promise<unknown> {
    const manager = new ReservationManager({ transport: this.#transport })
    return await errorOf(async () => (await manager.acquire(range)).release())
  }

  async bind(port: number): Promise<unknown> {
    using socket = this.#transport.openSocket({ protocol: 'tcp' })
    return await errorOf(async () => socket.bind({ address: '127.0.0.1', port }))
  }
}

async function errorOf(call: () => Promise<void>): Promise<unknown> {
  try {
    await call()
    return undefined
  } catch (error) {
    return error
  }
}
