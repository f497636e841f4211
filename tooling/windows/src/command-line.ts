import { resolve } from 'node:path'
import { chromiumOrExplain } from './chromium.js'
import { prepareWindows } from './prepare-windows.js'
import { runOnWindows } from './run-on-windows.js'
import { ToolUnavailableError } from './tool-unavailable-error.js'
import { orWithoutWindows } from './windows-or-explain.js'
import { windowsPath } from './windows-path.js'
import { installWindowsTools } from './windows-tools.js'

const USAGE = `Usage:
  winport-windows run [--timeout seconds] script.js [arguments]
  winport-windows run [--timeout seconds] -- [anything for node.exe]
      Runs Node for Windows and exits with its exit code (124 after the time limit; default 300 s).
  winport-windows prepare
      Installs, downloads and creates what "run" needs, and prints the paths.
  winport-windows tools
      Installs only Wine and mingw. If that is impossible, fails under CI and only prints a warning elsewhere.
  winport-windows browser
      The same for Chromium.
`
const DEFAULT_TIMEOUT_S = 300
const EXIT_TIMED_OUT = 124
const EXIT_USAGE = 2

/** The command `winport-windows`. Returns its exit code. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args
  try {
    if (command === 'run') return await run(rest)
    if (command === 'prepare' && rest.length === 0) return await prepare()
    if (command === 'tools' && rest.length === 0) return await tools()
    if (command === 'browser' && rest.length === 0) return await browser()
  } catch (error) {
    if (!(error instanceof ToolUnavailableError)) throw error
    process.stderr.write(`winport-windows: ${error.message}\n`)
    return 1
  }
  return usage()
}

function usage(): number {
  process.stderr.write(USAGE)
  return EXIT_USAGE
}

async function prepare(): Promise<number> {
  process.stdout.write(`${JSON.stringify(await prepareWindows(), null, 2)}\n`)
  return 0
}

async function tools(): Promise<number> {
  if (process.platform !== 'win32') await orWithoutWindows('everything that needs Wine or mingw', installWindowsTools)
  return 0
}

async function browser(): Promise<number> {
  await chromiumOrExplain('everything that needs Chromium')
  return 0
}

async function run(words: readonly string[]): Promise<number> {
  const request = parseRun(words)
  if (request === undefined) return usage()
  const interruption = new AbortController()
  const interrupt = (signal: NodeJS.Signals) => interruption.abort(signal)
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  try {
    const { exitCode, timedOut } = await runOnWindows({
      ...request,
      signal: interruption.signal,
      onOutput: (text, stream) => process[stream].write(text),
    })
    if (!timedOut) return exitCode ?? 1
    process.stderr.write(`winport-windows: killed after ${request.timeoutMs / 1000} s\n`)
    return EXIT_TIMED_OUT
  } catch (error) {
    if (interruption.signal.aborted) return interruption.signal.reason === 'SIGINT' ? 130 : 143
    throw error
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
}

interface RunRequest {
  readonly args: readonly string[]
  readonly timeoutMs: number
}

function parseRun(words: readonly string[]): RunRequest | undefined {
  const limited = words[0] === '--timeout'
  const seconds = limited ? Number(words[1]) : DEFAULT_TIMEOUT_S
  const [script, ...args] = limited ? words.slice(2) : words
  if (script === undefined || !(seconds > 0)) return undefined
  const timeoutMs = seconds * 1000
  if (script === '--') return args.length === 0 ? undefined : { args, timeoutMs }
  return script.startsWith('-') ? undefined : { args: [windowsPath(resolve(script)), ...args], timeoutMs }
}
