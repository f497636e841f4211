import type { Protocol } from '@winport/transport'
import { type ExcludedRange, parseExcludedRanges } from '../excluded-ranges.js'
import type { Fact } from '../fact.js'
import { addHolder } from '../holders-by-port.js'
import type { SocketsByPort } from '../map-ports.js'
import type { Holder } from '../port-explanation.js'
import type { PortSources } from '../port-sources.js'
import type { PortSpan } from '../port-span.js'
import { parseDynamicRange } from './dynamic-range.js'
import { parseNetstat } from './netstat-table.js'
import { parsePersistentExclusions, persistentExclusionsQuery } from './persistent-exclusions.js'
import { parseTaskNames } from './task-name.js'
import { askWindowsProgram, type RunProgram, runProgram } from './windows-program.js'

/** Reads the facts of a Windows from its programs: netsh, netstat, tasklist and reg. */
export class WindowsSources implements PortSources {
  readonly platform = 'win32'
  readonly #run: RunProgram
  readonly #environment: NodeJS.ProcessEnv

  /** Tests replace both. */
  constructor(run: RunProgram = runProgram, environment: NodeJS.ProcessEnv = process.env) {
    this.#run = run
    this.#environment = environment
  }

  async readSelf(): Promise<{ pid: number; user: null }> {
    return { pid: process.pid, user: null }
  }

  async readSockets(protocol: Protocol, port: number | undefined, signal?: AbortSignal): Promise<Fact<SocketsByPort>> {
    const parse = (text: string) => parseNetstat(text, protocol, port)
    const rows = await this.#ask('netstat.exe', ['-a', '-n', '-o'], parse, signal)
    if (rows.value === null) return rows
    const isNameWanted = rows.value.some(({ pid }) => pid !== null)
    const tasklist = ['/fo', 'csv', '/nh']
    const images = isNameWanted ? (await this.#ask('tasklist.exe', tasklist, parseTaskNames, signal)).value : null
    const sockets = new Map<number, Holder[]>()
    for (const { port, ...row } of rows.value) {
      const image = row.pid === null ? null : (images?.get(row.pid) ?? null)
      const holder = { ...row, image, user: null, services: null, since: null, started: null }
      addHolder(sockets, port, holder)
    }
    return isNameWanted ? { value: sockets, unknownParts: NOT_PRINTED } : { value: sockets }
  }

  /**
   * The ranges of both families. If only one can be read, that one: most ranges are in both. If netsh cannot be read, the
   * persistent ranges alone.
   */
  async readExclusions(protocol: Protocol, signal?: AbortSignal): Promise<Fact<readonly ExcludedRange[]>> {
    const [ipv4, ipv6] = await Promise.all([
      this.#readExclusions('ipv4', protocol, signal),
      this.#readExclusions('ipv6', protocol, signal),
    ])
    if (ipv4.value === null) {
      return ipv6.value === null ? await this.#readPersistentExclusions(ipv4.unknown, protocol, signal) : ipv6
    }
    const known = new Set(ipv4.value.map(keyOf))
    return { value: [...ipv4.value, ...(ipv6.value ?? []).filter((range) => !known.has(keyOf(range)))] }
  }

  /** @param reason why netsh cannot be read */
  async #readPersistentExclusions(
    reason: string,
    protocol: Protocol,
    signal: AbortSignal | undefined,
  ): Promise<Fact<readonly ExcludedRange[]>> {
    const query = persistentExclusionsQuery(protocol)
    const { value } = await this.#ask('reg.exe', query, parsePersistentExclusions, signal)
    if (value === null) return { value, unknown: reason }
    return { value, unknown: `${reason}; the registry has only the persistent ranges` }
  }

  async #readExclusions(
    family: 'ipv4' | 'ipv6',
    protocol: Protocol,
    signal: AbortSignal | undefined,
  ): Promise<Fact<readonly ExcludedRange[]>> {
    const args = ['int', family, 'show', 'excludedportrange', `protocol=${protocol}`]
    return await this.#ask('netsh.exe', args, parseExcludedRanges, signal)
  }

  async readDynamicRange(protocol: Protocol, signal?: AbortSignal): Promise<Fact<PortSpan>> {
    return await this.#ask('netsh.exe', ['int', 'ipv4', 'show', 'dynamicport', protocol], parseDynamicRange, signal)
  }

  async #ask<Value>(
    program: string,
    args: readonly string[],
    parse: (output: string) => Value | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Fact<Value>> {
    return await askWindowsProgram(this.#run, this.#environment, program, args, parse, signal)
  }

  /** Windows has no privileged ports. */
  async readFirstUnprivilegedPort(): Promise<Fact<number>> {
    return { value: 0 }
  }
}

const NOT_PRINTED = {
  users: 'netstat.exe and tasklist.exe do not print them',
  services: 'netstat.exe and tasklist.exe do not print them',
}

function keyOf({ startPort, endPort, administered }: ExcludedRange): string {
  return `${startPort}-${endPort}${administered ? '*' : ''}`
}
