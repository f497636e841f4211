import type { Protocol, SocketTable, SocketTableEntry, Transport } from '@winport/transport'
import { endpoint } from './address-overlap.js'
import type { ExcludedRange } from './excluded-ranges.js'
import type { Fact } from './fact.js'
import { addHolder } from './holders-by-port.js'
import type { SocketsByPort } from './map-ports.js'
import type { Holder } from './port-explanation.js'
import type { PortFacts } from './port-facts.js'
import type { PortSources } from './port-sources.js'
import type { PortSpan } from './port-span.js'
import { SimulatedSources } from './simulated-sources.js'
import { readTableProcesses, UNKNOWN_PROCESS } from './table-processes.js'

/** These sources, or those of the machine that the transport simulates; with the sockets that it lists, if it lists them. */
export function withTransport(system: PortSources, transport: Transport | undefined): PortSources {
  const machine = transport?.simulatedMachine
  const sources = machine === undefined ? system : new SimulatedSources(machine)
  const table = transport?.socketTable
  return table === undefined ? sources : new SocketTableSources(sources, table)
}

/** Reads the sockets from the socket table of a transport, and everything else from other sources; where it fails, all. */
class SocketTableSources implements PortSources {
  readonly platform: NodeJS.Platform
  readonly isSimulated: boolean
  readonly #others: PortSources
  readonly #table: SocketTable

  constructor(others: PortSources, table: SocketTable) {
    this.platform = others.platform
    this.isSimulated = others.isSimulated ?? false
    this.#others = others
    this.#table = table
  }

  async readSockets(protocol: Protocol, port: number | undefined, signal?: AbortSignal): Promise<Fact<SocketsByPort>> {
    let entries: readonly SocketTableEntry[]
    try {
      entries = await this.#table.read(protocol, port)
    } catch {
      return await this.#others.readSockets(protocol, port, signal)
    }
    const pids = new Set(entries.flatMap(({ pid }) => (pid === null ? [] : [pid])))
    const { processes, unknownParts } = await readTableProcesses(this.#table, pids)
    const sockets = new Map<number, Holder[]>()
    for (const entry of entries) addHolder(sockets, entry.port, holderOf(entry, processes.get(entry.pid)))
    return { value: sockets, unknownParts }
  }

  async readSelf(): Promise<PortFacts['self']> {
    const self = await this.#others.readSelf()
    if (self.user !== null) return self
    const { processes } = await readTableProcesses(this.#table, new Set([self.pid]))
    return { pid: self.pid, user: processes.get(self.pid)?.user ?? null }
  }

  async readExclusions(protocol: Protocol, signal?: AbortSignal): Promise<Fact<readonly ExcludedRange[]>> {
    return await this.#others.readExclusions(protocol, signal)
  }

  async readDynamicRange(protocol: Protocol, signal?: AbortSignal): Promise<Fact<PortSpan>> {
    return await this.#others.readDynamicRange(protocol, signal)
  }

  async readFirstUnprivilegedPort(): Promise<Fact<number>> {
    return await this.#others.readFirstUnprivilegedPort()
  }
}

function holderOf({ pid, address, state, since, remote }: SocketTableEntry, process = UNKNOWN_PROCESS): Holder {
  const { image, user, services, started } = process
  return {
    pid,
    image,
    user,
    services,
    started,
    address,
    state,
    since: since?.toISOString() ?? null,
    remote: remote === null ? null : endpoint(remote.address, remote.port),
  }
}
