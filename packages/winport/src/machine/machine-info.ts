import type { Protocol } from '@winport/transport'
import type { BackendName } from '../backend-names.js'
import { BACKEND_NAMES } from '../backend-names.js'
import { NATIVE_BACKENDS, openTransport } from '../backends.js'
import { installedVersion, koffiVersion, winportVersion } from '../cli/versions.js'
import { type DynamicPorts, dynamicPorts, elevated, type Known, type Machine, windowsBuild } from './machine.js'

/** The first build with port reservations, and the first that production code (msquic) trusts with them. */
const WINDOWS_VISTA = 6000
const WINDOWS_10_1809 = 17_763

/** What `winport info` tells. What is not known is null, and `unknown` says why. */
export interface MachineInfo {
  readonly platform: NodeJS.Platform
  readonly arch: string
  readonly release: string
  readonly windowsBuild: number | null
  /** What is to be expected of that build. */
  readonly reservations: 'none' | 'doubtful' | 'safe' | null
  readonly elevated: boolean | null
  readonly dynamicPorts: Readonly<Record<Protocol, DynamicPorts | null>>
  /** The backend that is used if none is asked for. */
  readonly backend: BackendName | null
  readonly backends: readonly BackendInfo[]
  readonly versions: { readonly winport: string; readonly node: string; readonly koffi: string | null }
  readonly unknown: Readonly<Record<string, string>>
}

export interface BackendInfo {
  readonly name: BackendName
  readonly version: string | null
  /** Why it cannot be opened, if so. */
  readonly problem: string | null
}

export async function readMachineInfo(machine: Machine): Promise<MachineInfo> {
  const unknown: Record<string, string> = {}
  const note = <Value>(name: string, known: Known<Value>): Value | null => {
    if (known.unknown !== undefined) unknown[name] = known.unknown
    return known.value
  }
  const { platform, release } = machine
  const build = note('windowsBuild', windowsBuild(machine))
  const [isElevated, tcp, udp, ...backends] = await Promise.all([
    elevated(machine),
    dynamicPorts(machine, 'tcp'),
    dynamicPorts(machine, 'udp'),
    ...BACKEND_NAMES.map((name) => readBackend(name, machine)),
  ])
  return {
    platform,
    arch: process.arch,
    release,
    windowsBuild: build,
    reservations:
      build === null ? null : build < WINDOWS_VISTA ? 'none' : build < WINDOWS_10_1809 ? 'doubtful' : 'safe',
    elevated: note('elevated', isElevated),
    dynamicPorts: { tcp: note('dynamicPorts.tcp', tcp), udp: note('dynamicPorts.udp', udp) },
    backend: backends.find(({ name, problem }) => name !== 'mock' && problem === null)?.name ?? null,
    backends,
    versions: { winport: winportVersion(), node: process.version, koffi: koffiVersion() },
    unknown,
  }
}

async function readBackend(name: BackendName, machine: Machine): Promise<BackendInfo> {
  const packageName = name === 'mock' ? '@winport/transport-mock' : NATIVE_BACKENDS[name].package
  const version = installedVersion(packageName)
  try {
    const transport = await openTransport({ transport: name }, machine)
    await transport.close()
    return { name, version, problem: null }
  } catch (error) {
    return { name, version, problem: error instanceof Error ? error.message : String(error) }
  }
}

const RESERVATIONS = {
  none: 'no port reservations: they begin with Windows Vista, 6000',
  doubtful: 'port reservations, which are trusted only from 17763, Windows 10 1809, on',
  safe: 'port reservations, trusted from 17763, Windows 10 1809, on',
} as const

/** The same for people: a line for each thing. */
export function describeMachine(info: MachineInfo): readonly string[] {
  const { versions, unknown } = info
  const or = (name: string, text: string | undefined) => text ?? `unknown: ${unknown[name]}`
  const build =
    info.windowsBuild !== null && info.reservations !== null
      ? `${info.windowsBuild}: ${RESERVATIONS[info.reservations]}`
      : undefined
  const elevation = info.elevated === null ? undefined : info.elevated ? 'yes' : 'no: persistent reservations need it'
  const ports = (['tcp', 'udp'] as const).map((protocol) => {
    const range = info.dynamicPorts[protocol]
    const text = range === null ? undefined : `${range.startPort}-${range.startPort + range.count - 1}`
    return `${protocol.padEnd(9)} ${or(`dynamicPorts.${protocol}`, text && `${text} is the dynamic range`)}`
  })
  return [
    `winport   ${versions.winport} on Node.js ${versions.node}${versions.koffi === null ? '' : `, koffi ${versions.koffi}`}`,
    `system    ${info.platform} ${info.arch}, release ${info.release}`,
    `build     ${or('windowsBuild', build)}`,
    `elevated  ${or('elevated', elevation)}`,
    ...ports,
    `backend   ${info.backend ?? 'none'}`,
    ...info.backends.map(({ name, version, problem }) => {
      const is = name === 'mock' ? 'a simulation, used only if asked for' : 'can be opened'
      return `  ${name.padEnd(8)}${version === null ? 'not installed' : version}: ${problem ?? is}`
    }),
  ]
}
