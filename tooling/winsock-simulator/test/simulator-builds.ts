import { join } from 'node:path'

const build = join(import.meta.dirname, '..', 'build')

export const linux: string = join(build, `linux-${process.arch}`)
export const sanitized: string = join(build, `linux-${process.arch}-sanitized`)
export const windows: string = join(build, 'win32-x64')

export interface Outcome {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** By test: undefined for a pass, else why it failed. */
export type Verdicts = ReadonlyMap<string, string | undefined>

/** What the test program said of each of its tests. */
export function readVerdicts(stdout: string): Verdicts {
  const verdicts = new Map<string, string | undefined>()
  for (const [, failed, name, why] of stdout.replaceAll('\r', '').matchAll(/^(not )?ok (.*)$(?:\n {2}(.*)$)?/gm)) {
    if (name !== undefined) verdicts.set(name, failed === undefined ? undefined : (why ?? 'no reason given'))
  }
  return verdicts
}
