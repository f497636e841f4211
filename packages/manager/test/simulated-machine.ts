import type { Socket as DatagramSocket } from 'node:dgram'
import { once } from 'node:events'
import { type Server, Socket } from 'node:net'
import type { Transport } from '@winport/transport'
import { MockKernel, type MockKernelOptions } from '@winport/transport-mock'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { ReservationManager } from '../src/index.js'
import { RecordingTransport } from './recording-transport.js'

export interface MachineOptions extends MockKernelOptions {
  /** Whether its first process runs as administrator. */
  readonly elevated?: boolean
}

/**
 * Ports for servers that really listen: free on this machine, below the dynamic ranges of Linux and Windows, and apart
 * from the simulators of other suites, so that neither they nor outgoing connections come in between.
 */
export const realPorts: MockKernelOptions = {
  avoidHostPorts: true,
  dynamicRange: { startPort: 30_200, count: 2_560 },
}

/** A machine of its own for every test of a file; at the end of each it must have got everything back. */
export class SimulatedMachine {
  readonly #options: MachineOptions
  readonly #managers: ReservationManager[] = []
  readonly #servers: Server[] = []
  readonly #sockets: (Socket | DatagramSocket)[] = []
  #kernel: MockKernel
  #transport: RecordingTransport
  #manager: ReservationManager

  constructor(options: MachineOptions = {}) {
    this.#options = options
    this.#kernel = new MockKernel(options)
    this.#transport = this.#openTransport(options.elevated)
    this.#manager = new ReservationManager({ transport: this.#transport })
    beforeEach(() => this.replace({}))
    afterEach(() => this.#checkEverythingReturned())
  }

  get kernel(): MockKernel {
    return this.#kernel
  }

  get manager(): ReservationManager {
    return this.#manager
  }

  get transport(): Transport {
    return this.#transport
  }

  /** The calls that the manager has made: sockets opened, and persistent reservations asked for. */
  get calls(): readonly string[] {
    return this.#transport.calls
  }

  /** Starts another process on the machine. */
  openManager(options: { readonly elevated?: boolean } = {}): ReservationManager {
    const manager = new ReservationManager({ transport: this.#openTransport(options.elevated) })
    this.#managers.push(manager)
    return manager
  }

  /** Starts the machine anew, as another kind of machine. */
  replace(options: MachineOptions): void {
    const all = { ...this.#options, ...options }
    this.#kernel = new MockKernel(all)
    this.#transport = this.#openTransport(all.elevated)
    this.#manager = new ReservationManager({ transport: this.#transport })
    this.#managers.push(this.#manager)
  }

  /** Takes a server or socket that is to be closed at the end of the test, whatever becomes of it. */
  owns<Resource extends Server | Socket | DatagramSocket>(resource: Resource): Resource {
    if ('listen' in resource) this.#servers.push(resource)
    else this.#sockets.push(resource)
    return resource
  }

  /** Closes everything that Node has got, as a program does that is done with serving. */
  async closeServersAndSockets(): Promise<void> {
    await Promise.all(this.#sockets.splice(0).map(closeSocket))
    await Promise.all(this.#servers.splice(0).map(closeServer))
  }

  async #checkEverythingReturned(): Promise<void> {
    const managers = this.#managers.splice(0)
    try {
      await this.closeServersAndSockets()
      for (const manager of managers) for (const block of manager.held) await block.release()
      // Before managers close, which would close what they have lost track of. A block that was just collected is
      // released in the next turn.
      await vi.waitFor(() => this.#kernel.assertNothingHeld())
    } finally {
      for (const manager of managers) await manager.close()
    }
    expect(this.#kernel.inspect().processes, 'processes left over').toEqual([])
  }

  #openTransport(elevated = false): RecordingTransport {
    return new RecordingTransport(this.#kernel.openTransport({ elevated }))
  }
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function') server.closeAllConnections()
  await closed
}

async function closeSocket(socket: Socket | DatagramSocket): Promise<void> {
  if (socket instanceof Socket) {
    if (socket.closed) return
    const closed = once(socket, 'close')
    socket.destroy()
    await closed
    return
  }
  await new Promise<void>((resolve) => {
    try {
      socket.close(resolve)
    } catch {
      resolve() // closed already
    }
  })
}
