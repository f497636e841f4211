import assert from 'node:assert/strict'
import type { Socket as DatagramSocket } from 'node:dgram'
import type { Server, Socket } from 'node:net'
import type { PortRange, Protocol, Transport } from '@winport/transport'
import type { World } from '@winport/transport/backend'
import { MockKernel } from '@winport/transport-mock'
import {
  type AcquireMatchedOptions,
  type AcquireOptions,
  type MatchedReservation,
  ReservationManager,
  type RuntimeReservation,
} from '../src/index.js'
import { greeter } from './real-request.js'
import { realPorts } from './simulated-machine.js'

/** A machine that answers by a world. Its first process is elevated. */
export class WorldMachine implements AsyncDisposable {
  readonly kernel: MockKernel
  readonly transport: Transport
  readonly manager: ReservationManager
  readonly #managers: ReservationManager[] = []
  readonly #blocks: RuntimeReservation[] = []
  readonly #servers: Server[] = []
  readonly #sockets: (Socket | DatagramSocket)[] = []

  constructor(world: Partial<World>) {
    this.kernel = new MockKernel({ ...realPorts, world })
    this.transport = this.kernel.openTransport({ elevated: true })
    this.manager = new ReservationManager({ transport: this.transport })
    this.#managers.push(this.manager)
  }

  /** Starts another process. */
  other(elevated = false): ReservationManager {
    const manager = new ReservationManager({ transport: this.kernel.openTransport({ elevated }) })
    this.#managers.push(manager)
    return manager
  }

  server(greeting = 'hello'): Server {
    const server = greeter(greeting)
    this.#servers.push(server)
    return server
  }

  owns<Kind extends Socket | DatagramSocket>(socket: Kind): Kind {
    this.#sockets.push(socket)
    return socket
  }

  /** Acquires a block, and keeps it from being garbage-collected. */
  async acquire(options: AcquireOptions): Promise<RuntimeReservation> {
    const block = await this.manager.acquire(options)
    this.#blocks.push(block)
    return block
  }

  /** Acquires a matched reservation, and keeps it from being garbage-collected. */
  async acquireMatched(options: AcquireMatchedOptions): Promise<MatchedReservation> {
    const block = await this.manager.acquireMatched(options)
    this.#blocks.push(block.tcp, block.udp)
    return block
  }

  /** Finds ports that are free. */
  async freeRange(protocol: Protocol, count: number): Promise<PortRange> {
    const block = await this.manager.acquire({ protocol, count })
    await block.release()
    return { protocol, startPort: block.startPort, count }
  }

  async closeServersAndSockets(): Promise<void> {
    for (const socket of this.#sockets.splice(0)) {
      if ('destroy' in socket && socket.closed) continue
      await new Promise<void>((resolve) => {
        socket.once('close', resolve)
        if ('destroy' in socket) socket.destroy()
        else socket.close()
      })
    }
    const listening = this.#servers.splice(0).filter((server) => server.listening)
    await Promise.all(listening.map((server) => new Promise((resolve) => server.close(resolve))))
  }

  #held(): unknown[] {
    const { sockets, reservations } = this.kernel.inspect()
    return [...sockets, ...reservations.filter(({ kind }) => kind === 'runtime')]
  }

  /** Closes everything. @throws AssertionError if a socket or a runtime reservation is left before the managers close */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeServersAndSockets()
    for (const manager of this.#managers) for (const block of manager.held) await block.release()
    for (let turn = 0; turn < 1000 && this.#held().length > 0; turn++) await new Promise(setImmediate)
    const held = this.#held()
    for (const manager of this.#managers) await manager.close()
    assert.deepEqual(held, [], 'is left')
    assert.deepEqual(this.kernel.inspect().processes, [], 'processes are left')
  }
}
