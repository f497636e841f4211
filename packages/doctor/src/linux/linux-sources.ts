import { readFile } from 'node:fs/promises'
import type { Protocol } from '@winport/transport'
import { codeOf, messageOf } from '@winport/transport/backend'
import type { ExcludedRange } from '../excluded-ranges.js'
import type { Fact } from '../fact.js'
import { addHolder } from '../holders-by-port.js'
import type { SocketsByPort } from '../map-ports.js'
import type { Holder } from '../port-explanation.js'
import type { PortSources } from '../port-sources.js'
import type { PortSpan } from '../port-span.js'
import { type ListBoundSockets, readBoundRows } from './bound-sockets.js'
import { readEphemeralPorts } from './ephemeral-ports.js'
import { type ProcessDetails, readProcessDetails } from './process-details.js'
import { readReservedPorts } from './reserved-ports.js'
import { findSocketOwners } from './socket-owners.js'
import { parseSocketTable, type SocketRow } from './socket-table.js'
import { readUserNames } from './user-names.js'

/** Reads the facts of a Linux from its files: /proc, and /etc/passwd for the names of users. */
export class LinuxSources implements PortSources {
  readonly platform = 'linux'
  readonly #proc: string
  readonly #passwd: string
  readonly #listBound: ListBoundSockets | undefined

  /**
   * @param root where the files are; tests replace it
   * @param listBound lists the TCP sockets that the files leave out
   */
  constructor(root = '', listBound?: ListBoundSockets) {
    this.#proc = `${root}/proc`
    this.#passwd = `${root}/etc/passwd`
    this.#listBound = listBound
  }

  async readSelf(): Promise<{ pid: number; user: string | null }> {
    const nameOf = await readUserNames(this.#passwd)
    const uid = process.geteuid?.()
    return { pid: process.pid, user: uid === undefined ? null : nameOf(uid) }
  }

  async readSockets(protocol: Protocol, port: number | undefined, signal?: AbortSignal): Promise<Fact<SocketsByPort>> {
    try {
      const tables = [
        await readFile(`${this.#proc}/net/${protocol}`, 'latin1'),
        await readIPv6Table(`${this.#proc}/net/${protocol}6`), // missing on a machine without IPv6
      ]
      const bound = await readBoundRows(protocol === 'tcp' ? this.#listBound : undefined, port)
      const listed = tables.flatMap((table) => parseSocketTable(table, protocol, port))
      const rows = withoutRepeated([...listed, ...(bound.value ?? [])])
      const owners = await findSocketOwners(new Set(rows.map(({ inode }) => inode)), this.#proc, signal)
      const nameOf = await readUserNames(this.#passwd)
      const pids = new Set([...owners.values()].flat())
      const details = new Map(
        await Promise.all([...pids].map(async (pid) => [pid, await readProcessDetails(pid, this.#proc)] as const)),
      )
      const sockets = new Map<number, Holder[]>()
      for (const row of rows) {
        for (const pid of owners.get(row.inode) ?? [null]) {
          addHolder(sockets, row.port, holderOf(row, pid, details, nameOf))
        }
      }
      return bound.unknown === undefined
        ? { value: sockets }
        : { value: sockets, unknownParts: { boundSockets: bound.unknown } }
    } catch (error) {
      signal?.throwIfAborted()
      return { value: null, unknown: messageOf(error) }
    }
  }

  async readExclusions(): Promise<Fact<readonly ExcludedRange[]>> {
    return readReservedPorts(`${this.#proc}/sys/net/ipv4/ip_local_reserved_ports`)
  }

  async readDynamicRange(): Promise<Fact<PortSpan>> {
    return readEphemeralPorts(`${this.#proc}/sys/net/ipv4/ip_local_port_range`)
  }

  async readFirstUnprivilegedPort(): Promise<Fact<number>> {
    const path = `${this.#proc}/sys/net/ipv4/ip_unprivileged_port_start`
    try {
      const text = (await readFile(path, 'utf8')).trim()
      return /^\d+$/.test(text) ? { value: Number(text) } : { value: null, unknown: `${path} contains '${text}'` }
    } catch (error) {
      return { value: null, unknown: messageOf(error) }
    }
  }
}

function holderOf(
  { address, remote, state, uid, inode }: SocketRow,
  pid: number | null,
  details: ReadonlyMap<number, ProcessDetails>,
  nameOf: (uid: number) => string,
): Holder {
  const user = inode === '0' ? null : nameOf(uid)
  return { pid, user, ...(details.get(pid ?? 0) ?? NO_DETAILS), address, state, since: null, remote }
}

/** The kernel prints the table in parts: when sockets come and go in between, a socket may be in it twice, in two states. */
function withoutRepeated(rows: readonly SocketRow[]): readonly SocketRow[] {
  const seen = new Set<string>()
  return rows.filter(({ inode, port }) => {
    const socket = `${inode} ${port}`
    const isRepeated = inode !== '0' && seen.has(socket)
    seen.add(socket)
    return !isRepeated
  })
}

const NO_DETAILS = { image: null, services: null, started: null } as const

async function readIPv6Table(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ''
    throw error
  }
}
