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
 * Runs a command without showing what it prints, unless it fails: then the error ends with it. Output goes to a file,
 * because Wine leaves servers behind that would keep a pipe open long after the command is done.
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
