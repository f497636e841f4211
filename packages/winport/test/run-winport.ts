import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { runCommandLine } from '../src/cli/command-line.js'
import { captureOutput } from './captured-output.js'

const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts the built command as a shell does: as a process whose output goes into pipes. */
export function startWinport(
  { stdout = 'pipe', preload = [] }: { readonly stdout?: number | 'pipe'; readonly preload?: readonly string[] },
  ...args: readonly string[]
): ChildProcess {
  return spawn(process.execPath, [...preload, CLI, ...args], { stdio: ['ignore', stdout, 'pipe'] })
}

export async function runWinport(...args: readonly string[]): Promise<Finished> {
  return await finish(startWinport({}, ...args))
}

/** Runs the command in this process, which saves the start of Node.js. For what a process of its own would not do differently. */
export async function callWinport(...args: readonly string[]): Promise<Finished> {
  let code: number | null = null
  const { stdout, stderr, error } = await captureOutput(async () => {
    code = await runCommandLine(args)
  })
  if (error !== undefined) throw error
  return { code, stdout, stderr }
}

export async function finish(child: ChildProcess): Promise<Finished> {
  const output = (stream: ChildProcess['stdout']) => (stream === null || stream.destroyed ? '' : text(stream))
  const [stdout, stderr, [code]] = await Promise.all([output(child.stdout), output(child.stderr), once(child, 'close')])
  return { code, stdout, stderr }
}
