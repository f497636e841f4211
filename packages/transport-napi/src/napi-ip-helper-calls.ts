import { type PersistentVerb, persistentFunctionName } from '@winport/definitions'
import { type Protocol, TransportUnavailableError } from '@winport/transport'
import type { IpHelperCalls } from '@winport/transport/native'
import type { Addon, Key } from './addon.js'

/** The verbs in the order of the addon's function numbers. */
const VERBS: readonly PersistentVerb[] = ['Create', 'Lookup', 'Delete']

/** IP Helper through the addon. */
export class NapiIpHelperCalls implements IpHelperCalls {
  readonly #addon: Addon
  readonly #library: Key
  readonly #path: string

  /** @param path the path of IP Helper's library, for error messages */
  constructor(addon: Addon, library: Key, path: string) {
    this.#addon = addon
    this.#library = library
    this.#path = path
  }

  async callPersistent(
    verb: PersistentVerb,
    protocol: Protocol,
    startPort: number,
    count: number,
    token: Uint8Array,
  ): Promise<number> {
    return await new Promise((resolve) => {
      const number = VERBS.indexOf(verb) + (protocol === 'tcp' ? 0 : VERBS.length)
      if (this.#addon.callPersistent(this.#library, number, startPort, count, token, resolve)) return
      const name = persistentFunctionName(verb, protocol)
      throw new TransportUnavailableError(`The library ${this.#path} does not export ${name}`)
    })
  }
}
