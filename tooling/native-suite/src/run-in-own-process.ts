import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { NativeBackend } from '@winport/winsock-simulator'

export interface ProgramOptions {
  /** The arguments of the program, its name first where it is one of these suites'. */
  readonly passed: readonly string[]
  /** The script in the backend's test folder. */
  readonly script?: string
  readonly node?: string
  readonly flags?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

/** Runs a program of the backend's test folder in a process of its own, and returns what it prints. */
export async function runInOwnProcess(
  { module }: NativeBackend,
  { passed, script = 'program.js', node = process.execPath, flags = [], env = {} }: ProgramOptions,
): Promise<string> {
  const path = fileURLToPath(new URL(`../test/${script}`, module))
  const { stdout } = await promisify(execFile)(node, [...flags, path, ...passed], { env: { ...process.env, ...env } })
  return stdout
}
