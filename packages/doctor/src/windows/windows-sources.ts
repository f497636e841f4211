import type { Protocol } from '@winport/transport'
import { type ExcludedRange, parseExcludedRanges } from '../excluded-ranges.js'
import type { Fact } from '../fact.js'
import type { PortSources } from '../port-sources.js'
import type { PortSpan } from '../port-span.js'
import { parseDynamicRange } from './dynamic-range.js'
import { askWindowsProgram, type RunProgram, runProgram } from './windows-program.js'

/** Reads the facts of a Windows from netsh. */
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

  async readSockets(): Promise<Fact<never>> {
    return { value: null, unknown: 'the socket tables of Windows are not read yet' }
  }

  /** The ranges of both families. If only one can be read, that one: most ranges are in both. */
  async readExclusions(protocol: Protocol, signal?: AbortSignal): Promise<Fact<readonly ExcludedRange[]>> {
    const [ipv4, ipv6] = await Promise.all([
      this.#readExclusions('ipv4', protocol, signal),
      this.#readExclusions('ipv6', protocol, signal),
    ])
    if (ipv4.value === null) return ipv6.value === null ? ipv4 : ipv6
    const known = new Set(ipv4.value.map(keyOf))
    return { value: [...ipv4.value, ...(ipv6.value ?? []).filter((range) => !known.has(keyOf(range)))] }
  }

  async #readExclusions(
    family: 'ipv4' | 'ipv6',
    protocol: Protocol,
    signal: AbortSignal | undefined,
  ): Promise<Fact<readonly ExcludedRange[]>> {
    const args = ['int', family, 'show', 'excludedportrange', `protocol=${protocol}`]
    return await askWindowsProgram(this.#run, this.#environment, 'netsh.exe', args, parseExcludedRanges, signal)
  }

  async readDynamicRange(protocol: Protocol, signal?: AbortSignal): Promise<Fact<PortSpan>> {
    const args = ['int', 'ipv4', 'show', 'dynamicport', protocol]
    return await askWindowsProgram(this.#run, this.#environment, 'netsh.exe', args, parseDynamicRange, signal)
  }

  /** Windows has no privileged ports. */
  async readFirstUnprivilegedPort(): Promise<Fact<number>> {
    return { value: 0 }
  }
}

function keyOf({ startPort, endPort, administered }: ExcludedRange): string {
  return `${startPort}-${endPort}${administered ? '*' : ''}`
}
