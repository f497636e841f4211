/**
 * On Windows, SIGBREAK is Ctrl-Break, and SIGHUP means that the console window was closed: Windows then ends the process
 * after some seconds.
 */
const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const

/**
 * Catches the first signal that asks this process to end, so that it can release what it holds. A second signal ends the
 * process at once, because the first one removes the listeners. Keeps the process alive until the signal, or until disposed.
 */
export class Interruption implements Disposable {
  /** Resolves at the first signal. Stays pending if this is disposed before one. */
  readonly happened: Promise<void>
  readonly #alive = setInterval(() => {}, 2 ** 30)
  #interrupt: () => void = () => {}

  constructor() {
    this.happened = new Promise((resolve) => {
      this.#interrupt = () => {
        this[Symbol.dispose]()
        resolve()
      }
    })
    for (const signal of INTERRUPTIONS) process.on(signal, this.#interrupt)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#alive)
    for (const signal of INTERRUPTIONS) process.off(signal, this.#interrupt)
  }
}
