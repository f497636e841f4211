import { WinsockError } from '../winsock-error.js'
import { errnoOf } from './call-result.js'
import type { IpHelperCalls } from './ip-helper-calls.js'
import type { WinsockCalls } from './winsock-calls.js'

/**
 * One set of libraries, as this thread's transports share it: Winsock is started for the first of them and cleaned up
 * after the last.
 */
export class NativeWinsock<Handle> {
  readonly calls: WinsockCalls<Handle>
  readonly ipHelper: IpHelperCalls
  #users = 0
  #lastTurn: Promise<unknown> = Promise.resolve()

  constructor(calls: WinsockCalls<Handle>, ipHelper: IpHelperCalls) {
    this.calls = calls
    this.ipHelper = ipHelper
  }

  /** Counts one more transport. @throws WinsockError if it is the first and WSAStartup fails */
  startUp(): void {
    if (this.#users === 0) {
      const result = this.calls.startUp()
      if (result < 0) throw new WinsockError(errnoOf(result), 'WSAStartup')
    }
    this.#users += 1
  }

  /** Counts one less, whose calls are all complete. @throws WinsockError if it is the last and WSACleanup fails */
  cleanUp(): void {
    this.#users -= 1
    if (this.#users > 0) return
    const result = this.calls.cleanUp()
    if (result < 0) throw new WinsockError(errnoOf(result), 'WSACleanup')
  }

  /**
   * Makes one call of IP Helper after the other. They block a thread each, on the registry, and libuv's pool has only
   * four for the whole program.
   */
  async inTurn<Result>(call: () => Promise<Result>): Promise<Result> {
    const turn = this.#lastTurn.then(call)
    this.#lastTurn = turn.catch(() => {})
    return await turn
  }
}
