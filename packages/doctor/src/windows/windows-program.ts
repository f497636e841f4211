import { execFile } from 'node:child_process'
import { win32 } from 'node:path'
import { messageOf } from '@winport/transport/backend'
import { environmentSystemDirectory } from '@winport/transport/native'
import type { Fact } from '../fact.js'

/** Runs a program without a shell and resolves to its stdout, decoded as latin1. Rejects if it fails or takes too long. */
export type RunProgram = (program: string, args: readonly string[], signal?: AbortSignal) => Promise<string>

const TIMEOUT_MS = 10_000

export const runProgram: RunProgram = (program, args, signal) =>
  new Promise((resolve, reject) => {
    const options = { encoding: 'latin1', timeout: TIMEOUT_MS, windowsHide: true, signal } as const
    execFile(program, args, options, (error, stdout) => {
      if (error === null) resolve(stdout)
      else reject(error)
    })
  })

/** Runs a program of Windows, only from System32, and parses its output. `parse` returns undefined if it finds no value. */
export async function askWindowsProgram<Value>(
  run: RunProgram,
  environment: Readonly<Record<string, string | undefined>>,
  program: string,
  args: readonly string[],
  parse: (output: string) => Value | undefined,
  signal?: AbortSignal,
): Promise<Fact<Value>> {
  try {
    const output = await run(win32.join(environmentSystemDirectory(environment), program), args, signal)
    const value = parse(output)
    return value === undefined ? { value: null, unknown: `${program} printed '${excerptOf(output)}'` } : { value }
  } catch (error) {
    signal?.throwIfAborted()
    return { value: null, unknown: `${program}: ${excerptOf(messageOf(error))}` }
  }
}

/** The start of a text, in one line. Escapes control characters, as JSON does. */
function excerptOf(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .slice(0, 200)
}
