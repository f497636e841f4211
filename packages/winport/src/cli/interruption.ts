/** Windows knows SIGBREAK besides, and says SIGHUP when its console is closed: some seconds later the process is ended. */
const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const

/**
 * Somebody asks the process to end: what is held can then be let go of. From then on, a signal ends it at once, as if
 * it had never been caught. Keeps the process alive until it happens, or until it is disposed of.
 */
export class Interruption implements Disposable {
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
