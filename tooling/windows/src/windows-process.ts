import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { OutputFile } from './output-file.js'
import { killWineProcesses } from './wine-processes.js'

const POLL_MS = 20

/** How a program ended, and what it printed. */
export interface WindowsResult {
  /** Null if the program was killed. Under Wine, the exit code modulo 256. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  readonly timedOut: boolean
}

/** A running program and everything that belongs to it. */
export interface RunningProgram {
  readonly child: ChildProcess
  /** The identifier of this run under Wine; undefined on Windows. */
  readonly run: string | undefined
  readonly stdout: OutputFile
  readonly stderr: OutputFile
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  readonly onOutput?: ((text: string, stream: 'stdout' | 'stderr') => void) | undefined
}

/** A started Windows program. */
export class WindowsProcess {
  /**
   * Settles when the program and everything it started have ended. (On Windows, processes that it started are killed
   * only if the program itself was killed.) Rejects with the reason of the AbortSignal if that killed the program.
   */
  readonly result: Promise<WindowsResult>
  readonly #program: RunningProgram
  readonly #ended = new AbortController()

  constructor(program: RunningProgram) {
    this.#program = program
    this.result = this.#end()
    // A caller may kill the program and ignore its result.
    this.result.catch(() => {})
  }

  /** The pid of the program on the host system. */
  get pid(): number | undefined {
    return this.#program.child.pid
  }

  /** Kills the program and everything it started. Idempotent. */
  async kill(): Promise<void> {
    await this.#killNow()
    await this.result.catch(() => {})
  }

  /** Waits for a match in stdout. Rejects if the program ends without one. */
  async waitForOutput(pattern: RegExp): Promise<RegExpMatchArray> {
    for (;;) {
      const over = this.#ended.signal.aborted
      const match = this.#program.stdout.text.match(pattern)
      if (match !== null) return match
      if (over) {
        const { stdout, stderr } = this.#program
        throw new Error(`the program ended without printing ${pattern}\nstdout: ${stdout.text}\nstderr: ${stderr.text}`)
      }
      await pause(this.#ended.signal)
    }
  }

  async #end(): Promise<WindowsResult> {
    const { child, run, stdout, stderr, timeoutMs, signal } = this.#program
    const exit = once(child, 'exit')
    const pump = setInterval(() => this.#pump(), POLL_MS)
    let timedOut = false
    const limit = setTimeout(() => {
      timedOut = true
      abort()
    }, timeoutMs)
    // If this fails, killWineProcesses below fails too, and its error is reported.
    const abort = () => void this.#killNow().catch(() => {})
    signal?.addEventListener('abort', abort)
    try {
      if (signal?.aborted) abort()
      const [exitCode] = (await exit) as [number | null]
      if (run !== undefined) await killWineProcesses(run)
      signal?.throwIfAborted()
      this.#pump()
      return { exitCode, stdout: stdout.text, stderr: stderr.text, timedOut }
    } finally {
      signal?.removeEventListener('abort', abort)
      clearTimeout(limit)
      clearInterval(pump)
      stdout.close()
      stderr.close()
      this.#ended.abort()
    }
  }

  #pump(): void {
    const { stdout, stderr, onOutput } = this.#program
    for (const [name, file] of [['stdout', stdout] as const, ['stderr', stderr] as const]) {
      const text = file.readMore()
      if (text !== '') onOutput?.(text, name)
    }
  }

  async #killNow(): Promise<void> {
    const { child, run } = this.#program
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    if (run === undefined) {
      await once(spawn('taskkill', ['/PID', String(child.pid), '/T', '/F'], { stdio: 'ignore' }), 'exit')
    } else {
      child.kill('SIGKILL')
      await killWineProcesses(run)
    }
  }
}

/** Waits until the next poll or the end of the program. */
function pause(ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, POLL_MS)
    ended.addEventListener('abort', done, { once: true })
    function done() {
      clearTimeout(timer)
      ended.removeEventListener('abort', done)
      resolve()
    }
  })
}
