import { win32 } from 'node:path'
import { LAST_PORT } from '@winport/definitions'
import type { Protocol } from '@winport/transport'
import { environmentSystemDirectory } from '@winport/transport/native'
import { messageOf } from '../message-of.js'
import { oneLine } from '../one-line.js'
import type { DynamicPorts, Fact } from './fact.js'
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
  return await ask(machine, 'netsh.exe', ['int', 'ipv4', 'show', 'dynamicport', protocol], (text) => {
    // netsh translates the words, so only the order counts: the last two numbers are the start port and the count.
    const [startPort = 0, count = 0] = [...text.matchAll(/\d+/g)].slice(-2).map(Number)
    return startPort > 0 && count > 0 && startPort + count - 1 <= LAST_PORT ? { startPort, count } : undefined
  })
}

/** Runs a program of Windows, only from System32, and parses its output. */
async function ask<Value>(
  { platform, environment, run }: MachineEnvironment,
  program: string,
  args: readonly string[],
  parse: (output: string) => Value | undefined,
): Promise<Fact<Value>> {
  if (platform !== 'win32') return notWindows(platform)
  try {
    const output = await run(win32.join(environmentSystemDirectory(environment), program), args)
    const value = parse(output)
    if (value === undefined) return { value: null, unknown: `${program} printed '${excerptOf(output)}'` }
    return { value }
  } catch (error) {
    return { value: null, unknown: `${program}: ${excerptOf(messageOf(error))}` }
  }
}

function notWindows(platform: NodeJS.Platform): Fact<never> {
  return { value: null, unknown: `the platform is ${platform}` }
}

function excerptOf(text: string): string {
  return oneLine(text.replaceAll(/\s+/g, ' ')).slice(0, 200)
}
