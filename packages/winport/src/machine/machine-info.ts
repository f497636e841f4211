import { WINDOWS_10_1809, WINDOWS_VISTA } from '@winport/definitions'
import { type Fact, readEphemeralPorts } from '@winport/doctor/machine'
import type { Protocol } from '@winport/transport'
import { messageOf, runtimeName } from '@winport/transport/backend'
import type { BackendName } from '../backend-names.js'
import { backendsFor, NATIVE_BACKENDS, openTransport } from '../backends.js'
import { type DynamicPorts, dynamicPortsOf } from './dynamic-ports.js'
import { installedVersion, koffiVersion, winportVersion } from './installed-versions.js'
import type { MachineEnvironment } from './machine-environment.js'
import { readDynamicPorts, readElevation, readWindowsBuild } from './windows-facts.js'

/** The output of `winport info --json`. An unknown fact is null, and `unknown` gives the reason under its name. */
export interface MachineInfo {
  readonly platform: NodeJS.Platform
  readonly arch: string
  readonly release: string
  readonly windowsBuild: number | null
  /** Whether this build has port reservations. `doubtful`: it has them, but no production code relies on them. */
  readonly reservations: 'none' | 'doubtful' | 'safe' | null
  readonly elevated: boolean | null
  readonly dynamicPorts: Readonly<Record<Protocol, DynamicPorts | null>>
  /** The default backend of this machine. */
  readonly backend: BackendName | null
  /** Those for this platform. */
  readonly backends: readonly BackendInfo[]
  readonly versions: {
    readonly winport: string
    /** The program that runs winport, and its version: Node.js, Bun or Deno. */
    readonly runtime: string
    /** Bun and Deno report a version of Node.js as well. */
    readonly node: string
    readonly koffi: string | null
  }
  readonly unknown: Readonly<Record<string, string>>
}

export interface BackendInfo {
  readonly name: BackendName
  readonly version: string | null
  /** Why the backend cannot be opened; null if it can. */
  readonly problem: string | null
}

export async function readMachineInfo(machine: MachineEnvironment): Promise<MachineInfo> {
  const unknown: Record<string, string> = {}
  const record = <Value>(name: string, fact: Fact<Value>): Value | null => {
    if (fact.unknown !== undefined) unknown[name] = fact.unknown
    return fact.value
  }
  const { platform, release } = machine
  const build = record('windowsBuild', readWindowsBuild(machine))
  const [elevation, tcp, udp, ...backends] = await Promise.all([
    readElevation(machine),
    platform === 'linux' ? dynamicPortsOf(readEphemeralPorts()) : readDynamicPorts(machine, 'tcp'),
    platform === 'linux' ? dynamicPortsOf(readEphemeralPorts()) : readDynamicPorts(machine, 'udp'),
    ...[...backendsFor(machine), 'mock' as const].map((name) => readBackend(name, machine)),
  ])
  return {
    platform,
    arch: process.arch,
    release,
    windowsBuild: build,
    reservations:
      build === null ? null : build < WINDOWS_VISTA ? 'none' : build < WINDOWS_10_1809 ? 'doubtful' : 'safe',
    elevated: record('elevated', elevation),
    dynamicPorts: { tcp: record('dynamicPorts.tcp', tcp), udp: record('dynamicPorts.udp', udp) },
    backend: backends.find(({ name, problem }) => name !== 'mock' && problem === null)?.name ?? null,
    backends,
    versions: { winport: winportVersion(), runtime: runtimeName(), node: process.version, koffi: koffiVersion() },
    unknown,
  }
}

async function readBackend(name: BackendName, machine: MachineEnvironment): Promise<BackendInfo> {
  const packageName = name === 'mock' ? '@winport/transport-mock' : NATIVE_BACKENDS[name].package
  const version = installedVersion(packageName)
  try {
    const transport = await openTransport({ transport: name }, machine)
    await transport.close()
    return { name, version, problem: null }
  } catch (error) {
    return { name, version, problem: messageOf(error) }
  }
}

const RESERVATIONS = {
  none: `has no port reservations; they need Windows Vista (build ${WINDOWS_VISTA}) or later`,
  doubtful: `has port reservations, but they are known to work only from Windows 10 1809 (build ${WINDOWS_10_1809}) on`,
  safe: `has port reservations (known to work from Windows 10 1809, build ${WINDOWS_10_1809}, on)`,
} as const

/** Describes the machine for people, one fact a line. */
export function describeMachine(info: MachineInfo): readonly string[] {
  const { versions, unknown } = info
  const orUnknown = (name: string, text: string | undefined) => text ?? `unknown: ${unknown[name]}`
  const build =
    info.windowsBuild !== null && info.reservations !== null
      ? `${info.windowsBuild} ${RESERVATIONS[info.reservations]}`
      : undefined
  const elevation = info.elevated === null ? undefined : info.elevated ? 'yes' : 'no; persistent reservations need it'
  const ports = (['tcp', 'udp'] as const).map((protocol) => {
    const range = info.dynamicPorts[protocol]
    const text = range === null ? undefined : `dynamic ports ${range.startPort}-${range.startPort + range.count - 1}`
    return `${protocol.padEnd(9)} ${orUnknown(`dynamicPorts.${protocol}`, text)}`
  })
  return [
    `winport   ${versions.winport} on ${versions.runtime}${versions.koffi === null ? '' : `, koffi ${versions.koffi}`}`,
    `system    ${info.platform} ${info.arch}, release ${info.release}`,
    ...(info.platform === 'linux'
      ? []
      : [`build     ${orUnknown('windowsBuild', build)}`, `elevated  ${orUnknown('elevated', elevation)}`]),
    ...ports,
    `backend   ${info.backend ?? 'none'}`,
    ...info.backends.map(({ name, version, problem }) => {
      const state = problem ?? (name === 'mock' ? 'available; simulates Windows, used only on request' : 'available')
      return `  ${name.padEnd(8)}${version ?? 'not installed'}: ${state}`
    }),
  ]
}
