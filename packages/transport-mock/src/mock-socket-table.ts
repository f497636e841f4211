import { ERROR_INVALID_PARAMETER } from '@winport/definitions'
import {
  IpHelperError,
  type Protocol,
  type SocketProcess,
  type SocketTable,
  type SocketTableEntry,
} from '@winport/transport'
import type { KernelState } from './kernel-state.js'
import type { MockSocket } from './mock-socket.js'
import type { Binding } from './port-pool.js'

/** The sockets of a simulated machine, also those that Node has adopted. Its processes run no program and no service. */
export class MockSocketTable implements SocketTable {
  readonly #kernel: KernelState

  constructor(kernel: KernelState) {
    this.#kernel = kernel
  }

  async read(protocol: Protocol, port?: number): Promise<readonly SocketTableEntry[]> {
    const found: SocketTableEntry[] = []
    for (const socket of this.#kernel.sockets) {
      const { binding, pool } = socket
      if (binding === undefined || pool === undefined || socket.protocol !== protocol) continue
      if (port === undefined || binding.port === port) found.push(entryOf(socket, binding))
    }
    return found
  }

  async readProcess(): Promise<SocketProcess> {
    return { image: null, started: null }
  }

  async readUser(pid: number): Promise<string> {
    for (const process of this.#kernel.processes) {
      if (process.pid === pid) return process.elevated ? 'MOCK\\Administrator' : 'MOCK\\User'
    }
    throw new IpHelperError(ERROR_INVALID_PARAMETER, 'OpenProcessToken')
  }

  async readServices(): Promise<ReadonlyMap<number, readonly string[]>> {
    return new Map()
  }
}

function entryOf(socket: MockSocket, { address, port }: Binding): SocketTableEntry {
  const { family, pid, remote } = socket
  return { family, address, port, remote, state: stateOf(socket), pid, since: null }
}

function stateOf({ protocol, state, remote }: MockSocket): string {
  if (protocol === 'udp' || state === 'open') return 'BOUND'
  return remote === null ? 'LISTEN' : 'ESTABLISHED'
}
