import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { OutputFile } from './output-file.js'
import { killWineProcesses } from './wine-processes.js'

const POLL_MS = 20

/** How a program ended. */
export interface WindowsResult {
  /** Null if it was killed. Under Wine it is what Linux leaves of it: modulo 256. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  readonly timedOut: boolean
}

/** What surrounds a program while it runs. */
export interface Surroundings {
  readonly child: ChildProcess
  /** The name of its run under Wine, undefined on Windows. */
  readonly run: string | undefined
  readonly stdout: OutputFile
  readonly stderr: OutputFile
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  readonly onOutput?: ((text: string, stream: 'stdout' | 'stderr') => void) | undefined
}

/** A program that was started. */
export class WindowsProcess {
  /**
   * Settles when the program has ended; then nothing it started is left either (on Windows only if it was killed).
   * Rejects with the reason of the AbortSignal, if that ended it.
   */
  readonly result: Promise<WindowsResult>
  readonly #surroundings: Surroundings
  readonly #ended = new AbortController()

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
    this.result = this.#end()
    // Whoever only kills it need not look at the result.
    this.result.catch(() => {})
  }

  /** Its pid, as the host system counts. */
  get pid(): number | undefined {
    return this.#surroundings.child.pid
  }

  /** Ends it without a chance to clean up, and all that it started. */
  async kill(): Promise<void> {
    await this.#killNow()
    await this.result.catch(() => {})
  }

  /** The first match in its stdout, as soon as it is there. Rejects if the program ends without one. */
  async waitForOutput(pattern: RegExp): Promise<RegExpMatchArray> {
    for (;;) {
      const over = this.#ended.signal.aborted
      const match = this.#surroundings.stdout.text.match(pattern)
      if (match !== null) return match
      if (over) {
        const { stdout, stderr } = this.#surroundings
        throw new Error(`it ended without printing ${pattern}\nstdout: ${stdout.text}\nstderr: ${stderr.text}`)
      }
      await pause(this.#ended.signal)
    }
  }

  async #end(): Promise<WindowsResult> {
    const { child, run, stdout, stderr, timeoutMs, signal } = this.#surroundings
    const exit = once(child, 'exit')
    const pump = setInterval(() => this.#pump(), POLL_MS)
    let timedOut = false
    const limit = setTimeout(() => {
      timedOut = true
      abort()
    }, timeoutMs)
    // Should it fail, then so does the second look after the exit, and that failure is reported.
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
    const { stdout, stderr, onOutput } = this.#surroundings
    for (const [name, file] of [['stdout', stdout] as const, ['stderr', stderr] as const]) {
      const text = file.readMore()
      if (text !== '') onOutput?.(text, name)
    }
  }

  async #killNow(): Promise<void> {
    const { child, run } = this.#surroundings
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    if (run === undefined) {
      await once(spawn('taskkill', ['/PID', String(child.pid), '/T', '/F'], { stdio: 'ignore' }), 'exit')
    } else {
      child.kill('SIGKILL')
      await killWineProcesses(run)
    }
  }
}

/** Waits a little, less if the program ends. */
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
