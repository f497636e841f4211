import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { findCommand } from './find-command.js'
import { OutputFile } from './output-file.js'
import { prepareWindows, type Windows, type Wine } from './prepare-windows.js'
import { WindowsProcess } from './windows-process.js'
import { wineEnvironment } from './wine-environment.js'
import { RUN_VARIABLE } from './wine-processes.js'
import { keepWineServer } from './wine-server.js'

const DEFAULT_TIMEOUT_MS = 60_000

/** Variables that are meant for the running Node.js only. */
const NOT_INHERITED = ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS', 'NODE_PATH', 'NODE_V8_COVERAGE', 'NODE_COMPILE_CACHE']

export interface WindowsProgram {
  /** Default: `await prepareWindows()`. */
  readonly windows?: Windows
  /** The path of an .exe. Default: Node.js. */
  readonly program?: string
  /** The arguments, which are passed unchanged: convert paths with `windowsPath`. */
  readonly args: readonly string[]
  /** A folder, in the notation of the host system. Default: the current one. */
  readonly cwd?: string
  /** Variables to add to the environment of this process, or with undefined to remove. Wine sets PATH, TEMP and HOME itself. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** After this time, the program and everything it started are killed. Default: 60 s. */
  readonly timeoutMs?: number
  /** Kills the program likewise. The result then rejects with the reason of the signal. */
  readonly signal?: AbortSignal
  /** Receives the output while the program runs. */
  readonly onOutput?: (text: string, stream: 'stdout' | 'stderr') => void
}

/** Starts Node.js for Windows, or another Windows program. Any number may run at the same time. */
export async function startOnWindows(program: WindowsProgram): Promise<WindowsProcess> {
  const { windows = await prepareWindows() } = program
  if (windows.kind === 'wine') await keepWineServer(windows, windows.prefix)
  program.signal?.throwIfAborted()
  const directory = mkdtempSync(join(tmpdir(), 'winport-'))
  const stdout = new OutputFile(join(directory, 'stdout'))
  const stderr = new OutputFile(join(directory, 'stderr'))
  const { timeoutMs = DEFAULT_TIMEOUT_MS, signal, onOutput } = program
  const cwd = resolve(program.cwd ?? '')
  const executable = program.program === undefined ? windows.node : resolve(cwd, program.program)
  const { run, command, env } = windows.kind === 'wine' ? underWine(windows) : onRealWindows()
  const [file = executable, ...args] = [...command, executable, ...program.args]
  const child = spawn(file, args, {
    cwd,
    env: withChanges(env, program.env),
    stdio: ['ignore', stdout.descriptor, stderr.descriptor],
    // Its own process group: Ctrl-C reaches this process alone, which then kills the program.
    detached: windows.kind === 'wine',
    windowsHide: true,
  })
  const started = new WindowsProcess({ child, run, stdout, stderr, timeoutMs, signal, onOutput })
  const clean = () => rmSync(directory, { recursive: true, force: true })
  started.result.then(clean, clean)
  return started
}

interface Launch {
  readonly run: string | undefined
  readonly command: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

function underWine({ arch, enter, wine, prefix }: Wine): Launch {
  const run = randomUUID()
  const setpriv = findCommand('setpriv')
  // The kernel kills the program if this process is killed.
  const bond = setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'KILL', '--']
  return {
    run,
    command: [...bond, ...enter, wine],
    env: { ...wineEnvironment(arch, prefix, ownEnvironment()), [RUN_VARIABLE]: run },
  }
}

function onRealWindows(): Launch {
  return { run: undefined, command: [], env: ownEnvironment() }
}

function ownEnvironment(): NodeJS.ProcessEnv {
  return withChanges(process.env, Object.fromEntries(NOT_INHERITED.map((name) => [name, undefined])))
}

function withChanges(env: NodeJS.ProcessEnv, changes: Readonly<Record<string, string | undefined>> = {}) {
  return Object.fromEntries(Object.entries({ ...env, ...changes }).filter(([, value]) => value !== undefined))
}
