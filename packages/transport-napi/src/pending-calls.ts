import { delay, type PendingIoctl } from '@winport/transport/native'
import type { Addon, Key } from './addon.js'

const RETRY_MS = 10

/** A pending call, which the addon knows by its key. */
class PendingCall implements PendingIoctl {
  oncomplete: PendingIoctl['oncomplete'] = () => {}
  readonly #addon: Addon
  readonly #key: Key

  constructor(addon: Addon, key: Key) {
    this.#addon = addon
    this.#key = key
  }

  cancel(): void {
    this.#addon.cancel(this.#key)
  }
}

/** The pending calls of an addon, which reports the completion of each call once. */
export class PendingCalls {
  readonly #addon: Addon
  readonly #calls = new Map<Key, PendingCall>()
  #retrying = false

  constructor(addon: Addon) {
    this.#addon = addon
    addon.onComplete((key, result, bytesReturned) => {
      const call = this.#calls.get(key)
      this.#calls.delete(key)
      call?.oncomplete(result, bytesReturned)
    })
    addon.onWaitRefused(() => void this.#retryLater())
  }

  add(key: Key): PendingIoctl {
    const call = new PendingCall(this.#addon, key)
    this.#calls.set(key, call)
    return call
  }

  async #retryLater(): Promise<void> {
    if (this.#retrying) return
    this.#retrying = true
    do await delay(RETRY_MS)
    while (this.#addon.retryWaits())
    this.#retrying = false
  }
}
