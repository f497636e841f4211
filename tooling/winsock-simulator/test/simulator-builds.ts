import { join } from 'node:path'

const build = join(import.meta.dirname, '..', 'build')

export const linux: string = join(build, 'linux')
export const sanitized: string = join(build, 'sanitized')
export const windows: string = join(build, 'mingw-x64')

export interface Outcome {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Maps the name of each test to undefined if it passed, otherwise to the reason why it failed. */
export type Verdicts = ReadonlyMap<string, string | undefined>

/** Reads the verdicts from the output of the test program. */
export function readVerdicts(stdout: string): Verdicts {
  const verdicts = new Map<string, string | undefined>()
  for (const [, failed, name, why] of stdout.replaceAll('\r', '').matchAll(/^(not )?ok (.*)$(?:\n {2}(.*)$)?/gm)) {
    if (name !== undefined) verdicts.set(name, failed === undefined ? undefined : (why ?? 'no reason given'))
  }
  return verdicts
}
