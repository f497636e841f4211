import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

export interface QuietCommand {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly timeoutMs: number
}

/**
 * Runs a command and discards its output. If the command fails, the message of the error ends with the output, which goes
 * to a file: Wine starts servers that would keep a pipe open long after the end of the command.
 */
export async function runQuietly(command: string, args: readonly string[], options: QuietCommand): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'winport-'))
  const log = join(directory, 'log')
  const file = openSync(log, 'w')
  try {
    const child = spawn(command, args, {
      stdio: ['ignore', file, file],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
      env: options.env ?? process.env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    })
    const [code, signal] = await once(child, 'exit')
    if (code === 0) return
    const outcome = signal === null ? `exit code ${code}` : `killed by ${signal} (limit ${options.timeoutMs} ms)`
    const output = readFileSync(log, 'utf8').trim().slice(-2000)
    throw new Error(`${[basename(command), ...args].join(' ')}: ${outcome}\n${output}`.trimEnd())
  } finally {
    closeSync(file)
    rmSync(directory, { recursive: true, force: true })
  }
}
