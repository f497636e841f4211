import { execFile } from 'node:child_process'
import { release } from 'node:os'
import { win32 } from 'node:path'
import type { Protocol } from '@winport/transport'
import { systemLibraries } from '@winport/transport/native'
import { type BackendEnvironment, defaultEnvironment } from '../backends.js'

/** What is asked about this machine, in a shape that tests can fill in. */
export interface Machine extends BackendEnvironment {
  /** The operating system's release: on Windows such as `10.0.26100`. */
  readonly release: string
  readonly environment: NodeJS.ProcessEnv
  /** Runs a program, without a shell. Rejects if it cannot be run, fails or takes too long. */
  readonly run: (program: string, args: readonly string[]) => Promise<string>
}

const PATIENCE_MS = 10_000

export const thisMachine: Machine = {
  ...defaultEnvironment,
  release: release(),
  environment: process.env,
  run: (program, args) =>
    new Promise((resolve, reject) => {
      execFile(program, args, { timeout: PATIENCE_MS, windowsHide: true }, (error, stdout) => {
        if (error === null) resolve(stdout)
        else reject(error)
      })
    }),
}

/** Something that is known, or why it is not. */
export type Known<Value> =
  | { readonly value: Value; readonly unknown?: never }
  | { readonly value: null; readonly unknown: string }

export interface DynamicPorts {
  readonly startPort: number
  readonly count: number
}

/** Windows' build number, such as 26100. */
export function windowsBuild({ platform, release }: Machine): Known<number> {
  if (platform !== 'win32') return notWindows(platform)
  const [, build] = /^\d+\.\d+\.(\d+)/.exec(release) ?? []
  if (build === undefined) return { value: null, unknown: `the release is '${release}'` }
  return { value: Number(build) }
}

/** The integrity levels of elevated processes: high and system. Names are translated, these are not. */
const ELEVATED = /\bS-1-16-(12288|16384)\b/
const INTEGRITY = /\bS-1-16-\d+\b/

/** Whether this process is elevated, by the integrity level that whoami tells. */
export async function elevated(machine: Machine): Promise<Known<boolean>> {
  return await ask(machine, 'whoami.exe', ['/groups', '/fo', 'csv', '/nh'], (groups) =>
    INTEGRITY.test(groups) ? ELEVATED.test(groups) : undefined,
  )
}

/** Where Windows takes wildcard reservations and ephemeral ports from. */
export async function dynamicPorts(machine: Machine, protocol: Protocol): Promise<Known<DynamicPorts>> {
  return await ask(machine, 'netsh.exe', ['int', 'ipv4', 'show', 'dynamicport', protocol], (text) => {
    // The words are translated; what they are about are the last two numbers.
    const [startPort = 0, count = 0] = [...text.matchAll(/\d+/g)].slice(-2).map(Number)
    return startPort > 0 && count > 0 && startPort + count <= 65_536 ? { startPort, count } : undefined
  })
}

/** Asks one of Windows' own programs, in System32 and nowhere else. */
async function ask<Value>(
  { platform, environment, run }: Machine,
  program: string,
  args: readonly string[],
  read: (output: string) => Value | undefined,
): Promise<Known<Value>> {
  if (platform !== 'win32') return notWindows(platform)
  try {
    const system32 = win32.dirname(systemLibraries(environment).winsock)
    const output = await run(win32.join(system32, program), args)
    const value = read(output)
    if (value === undefined) return { value: null, unknown: `${program} says '${oneLine(output)}'` }
    return { value }
  } catch (error) {
    return { value: null, unknown: `${program}: ${oneLine(error instanceof Error ? error.message : String(error))}` }
  }
}

function notWindows(platform: NodeJS.Platform): Known<never> {
  return { value: null, unknown: `this is ${platform}` }
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ').slice(0, 200)
}
