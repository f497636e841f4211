import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server, Socket } from 'node:net'
import type { Transport } from '@winport/transport'
import { MockKernel, type MockKernelOptions } from '@winport/transport-mock'
import { leasePorts } from '@winport/windows'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { ReservationManager } from '../src/index.js'
import { RecordingTransport } from './recording-transport.js'

export interface MachineOptions extends MockKernelOptions {
  /** Whether its first process runs as administrator. */
  readonly elevated?: boolean
}

/** Ports for servers that really listen: no other test process and no client connection uses them. */
export const realPorts: MockKernelOptions = {
  avoidHostPorts: true,
  dynamicRange: await leasePorts(500),
}

/** A new machine for each test of a file. After the test nothing may be left reserved or open on it. */
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

  /** The calls that the manager has made: opened sockets and calls for persistent reservations. */
  get calls(): readonly string[] {
    return this.#transport.calls
  }

  /** Starts another process on the machine. */
  openManager(options: { readonly elevated?: boolean } = {}): ReservationManager {
    const manager = new ReservationManager({ transport: this.#openTransport(options.elevated) })
    this.#managers.push(manager)
    return manager
  }

  /** Replaces the machine by one with other options. */
  replace(options: MachineOptions): void {
    const all = { ...this.#options, ...options }
    this.#kernel = new MockKernel(all)
    this.#transport = this.#openTransport(all.elevated)
    this.#manager = new ReservationManager({ transport: this.#transport })
    this.#managers.push(this.#manager)
  }

  /** Binds an IPv4 socket of each protocol out of a block: the manager then knows how blocks are served here. */
  async useBlocks(): Promise<void> {
    const host = '127.0.0.1'
    await using tcp = await this.#manager.acquire({ protocol: 'tcp', count: 1 })
    await using udp = await this.#manager.acquire({ protocol: 'udp', count: 1 })
    await tcp.listen(this.owns(createServer()), { host })
    await udp.bind(this.owns(createSocket('udp4')), { host })
    await this.closeServersAndSockets()
  }

  /** Closes a server or socket at the end of the test, even if the test fails. */
  owns<Resource extends Server | Socket | DatagramSocket>(resource: Resource): Resource {
    if ('listen' in resource) this.#servers.push(resource)
    else this.#sockets.push(resource)
    return resource
  }

  /** Closes the servers and sockets. */
  async closeServersAndSockets(): Promise<void> {
    await Promise.all(this.#sockets.splice(0).map(closeSocket))
    await Promise.all(this.#servers.splice(0).map(closeServer))
  }

  async #checkEverythingReturned(): Promise<void> {
    const managers = this.#managers.splice(0)
    try {
      await this.closeServersAndSockets()
      for (const manager of managers) for (const block of manager.held) await block.release()
      // Before the managers close, which would hide a leak. A block that was just collected is released in the next turn.
      await vi.waitFor(() => this.#kernel.assertNothingHeld(), { timeout: 60_000 })
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
