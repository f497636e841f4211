import { TransportUnavailableError } from '@winport/transport'
import { messageOf } from '@winport/transport/backend'
import { type NativeLibraries, NativeWinsock } from '@winport/transport/native'
import type { Addon, Key } from './addon.js'
import { NapiIpHelperCalls } from './napi-ip-helper-calls.js'
import { NapiProviderCalls, throughProvider } from './napi-provider-calls.js'
import { NapiSocketTableCalls } from './napi-socket-table-calls.js'
import { NapiWinsockCalls } from './napi-winsock-calls.js'
import { PendingCalls } from './pending-calls.js'

/** The libraries that an addon has loaded on this thread. */
export class AddonLibraries {
  readonly #addon: Addon
  readonly #pending: PendingCalls
  readonly #loaded = new Map<Key, NativeWinsock<Key>>()

  constructor(addon: Addon) {
    this.#addon = addon
    this.#pending = new PendingCalls(addon)
  }

  /**
   * Loads the libraries, once for each set of paths.
   *
   * @throws TransportUnavailableError if a library or function is missing
   */
  load(named: NativeLibraries): NativeWinsock<Key> {
    const key = this.#keyOf(named)
    const winsock = this.#loaded.get(key) ?? this.#winsock(key, named)
    this.#loaded.set(key, winsock)
    return winsock
  }

  #winsock(key: Key, { libraries, provider }: NativeLibraries): NativeWinsock<Key> {
    const ipHelper = new NapiIpHelperCalls(this.#addon, key, libraries.ipHelper)
    return new NativeWinsock(this.#calls(key, provider), ipHelper, new NapiSocketTableCalls(this.#addon, key))
  }

  #calls(key: Key, provider: string | undefined): NapiWinsockCalls {
    if (provider === undefined) return new NapiWinsockCalls(this.#addon, key, this.#pending)
    const providerCalls = new NapiProviderCalls(this.#addon, key, provider)
    return new NapiWinsockCalls(throughProvider(this.#addon), key, this.#pending, providerCalls)
  }

  /** The key of these libraries. The same paths have the same key. */
  #keyOf({ libraries, provider }: NativeLibraries): Key {
    const { winsock, ipHelper, kernel, security } = libraries
    try {
      return this.#addon.load(winsock, ipHelper, kernel, provider, security)
    } catch (error) {
      const message = messageOf(error)
      // The message is "<role>: <reason>".
      const [, role = '', reason = message] = /^(\w+): (.*)$/s.exec(message) ?? []
      const path = Object.entries(libraries).find(([name]) => name === role)?.[1]
      throw new TransportUnavailableError(`The library ${path} cannot be used: ${reason}`, { cause: error })
    }
  }
}
