import type { Protocol, SocketProcess, SocketTable, SocketTableEntry, Transport } from '@winport/transport'
import { endpoint } from './address-overlap.js'
import type { ExcludedRange } from './excluded-ranges.js'
import type { Fact } from './fact.js'
import { addHolders } from './holders-by-port.js'
import type { SocketsByPort } from './map-ports.js'
import type { Holder } from './port-explanation.js'
import type { PortFacts } from './port-facts.js'
import type { PortSources } from './port-sources.js'
import type { PortSpan } from './port-span.js'

/** These sources, with the sockets that the transport lists, if it lists them. */
export function withSocketTable(sources: PortSources, transport: Transport | undefined): PortSources {
  const table = transport?.socketTable
  return table === undefined ? sources : new SocketTableSources(sources, table)
}

/** Reads the sockets from the socket table of a transport, and everything else from other sources; where it fails, all. */
class SocketTableSources implements PortSources {
  readonly platform: NodeJS.Platform
  readonly #others: PortSources
  readonly #table: SocketTable

  constructor(others: PortSources, table: SocketTable) {
    this.platform = others.platform
    this.#others = others
    this.#table = table
  }

  async readSockets(protocol: Protocol, port: number, signal?: AbortSignal): Promise<Fact<readonly Holder[]>> {
    let entries: readonly SocketTableEntry[]
    try {
      entries = await this.#table.read(protocol, port)
    } catch {
      return await this.#others.readSockets(protocol, port, signal)
    }
    return { value: await this.#holdersOf(entries) }
  }

  async readAllSockets(protocol: Protocol, signal?: AbortSignal): Promise<Fact<SocketsByPort>> {
    let entries: readonly SocketTableEntry[]
    try {
      entries = await this.#table.read(protocol)
    } catch {
      return await this.#others.readAllSockets(protocol, signal)
    }
    const holders = await this.#holdersOf(entries)
    const sockets = new Map<number, Holder[]>()
    for (const [i, { port }] of entries.entries()) addHolders(sockets, port, holders.slice(i, i + 1))
    return { value: sockets }
  }

  /** In the order of the entries. Each process is read once. */
  async #holdersOf(entries: readonly SocketTableEntry[]): Promise<readonly Holder[]> {
    const pids = new Set(entries.flatMap(({ pid }) => (pid === null ? [] : [pid])))
    const processes = new Map<number | null, SocketProcess>()
    for (const pid of pids) processes.set(pid, await this.#table.readProcess(pid))
    return entries.map((entry) => holderOf(entry, processes.get(entry.pid)))
  }

  async readSelf(): Promise<PortFacts['self']> {
    return await this.#others.readSelf()
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

function holderOf(
  { pid, address, state, since, remote }: SocketTableEntry,
  process: SocketProcess | undefined,
): Holder {
  return {
    pid,
    image: process?.image ?? null,
    user: null,
    services: null,
    address,
    state,
    since: since?.toISOString() ?? null,
    started: process?.started?.toISOString() ?? null,
    remote: remote === null ? null : endpoint(remote.address, remote.port),
  }
}
