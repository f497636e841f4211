import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { NativeBackend } from '@winport/winsock-simulator'

export interface ProgramOptions {
  /** The arguments of the program. For `program.js`, the first is the name of a program of this package. */
  readonly passed: readonly string[]
  /** The script in the test folder of the backend. Default: `program.js`. */
  readonly script?: string
  readonly node?: string
  readonly flags?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

/** Runs a script of the test folder of the backend in a separate process, and returns its output. */
export async function runInOwnProcess(
  { module }: NativeBackend,
  { passed, script = 'program.js', node = process.execPath, flags = [], env = {} }: ProgramOptions,
): Promise<string> {
  const path = fileURLToPath(new URL(`../test/${script}`, module))
  const { stdout } = await promisify(execFile)(node, [...flags, path, ...passed], { env: { ...process.env, ...env } })
  return stdout
}
