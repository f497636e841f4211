import { askWindowsProgram, type Fact, parseDynamicRange } from '@winport/doctor/machine'
import type { Protocol } from '@winport/transport'
import { type DynamicPorts, dynamicPortsOf } from './dynamic-ports.js'
import type { MachineEnvironment } from './machine-environment.js'

/** Reads the build number of Windows, such as 26100, from the release. */
export function readWindowsBuild({ platform, release }: MachineEnvironment): Fact<number> {
  if (platform !== 'win32') return notWindows(platform)
  const [, build] = /^\d+\.\d+\.(\d+)/.exec(release) ?? []
  if (build === undefined) return { value: null, unknown: `the release '${release}' contains no build number` }
  return { value: Number(build) }
}

/** The integrity levels of an elevated process: high and system. whoami translates their names, but not these numbers. */
const ELEVATED = /\bS-1-16-(12288|16384)\b/
const INTEGRITY = /\bS-1-16-\d+\b/

/** Runs whoami.exe to find out whether this process is elevated. */
export async function readElevation(machine: MachineEnvironment): Promise<Fact<boolean>> {
  return await ask(machine, 'whoami.exe', ['/groups', '/fo', 'csv', '/nh'], (groups) =>
    INTEGRITY.test(groups) ? ELEVATED.test(groups) : undefined,
  )
}

/** Runs netsh.exe to read the range of ephemeral ports, from which wildcard reservations are taken too. */
export async function readDynamicPorts(machine: MachineEnvironment, protocol: Protocol): Promise<Fact<DynamicPorts>> {
  const args = ['int', 'ipv4', 'show', 'dynamicport', protocol]
  return dynamicPortsOf(await ask(machine, 'netsh.exe', args, parseDynamicRange))
}

async function ask<Value>(
  { platform, environment, run }: MachineEnvironment,
  program: string,
  args: readonly string[],
  parse: (output: string) => Value | undefined,
): Promise<Fact<Value>> {
  if (platform !== 'win32') return notWindows(platform)
  return await askWindowsProgram(run, environment, program, args, parse)
}

function notWindows(platform: NodeJS.Platform): Fact<never> {
  return { value: null, unknown: `the platform is ${platform}` }
}
