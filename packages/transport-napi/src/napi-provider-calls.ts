import type { CallResult } from '@winport/transport/backend'
import type { ProviderCalls } from '@winport/transport/native'
import type { Addon, Key } from './addon.js'

/** The service provider below Winsock, called through the addon. */
export class NapiProviderCalls implements ProviderCalls<Key> {
  readonly path: string
  readonly #addon: Addon
  readonly #library: Key

  constructor(addon: Addon, library: Key, path: string) {
    this.#addon = addon
    this.#library = library
    this.path = path
  }

  protocolInfo(socket: Key, info: Uint8Array): CallResult {
    return this.#addon.protocolInfo(socket, info)
  }

  startUp(info: Uint8Array): CallResult {
    return this.#addon.startProvider(this.#library, info)
  }

  cleanUp(): CallResult {
    return this.#addon.stopProvider(this.#library)
  }
}

/** The addon with the control calls of the provider in place of those of Winsock. */
export function throughProvider(addon: Addon): Addon {
  return { ...addon, ioctl: addon.providerIoctl, startIoctl: addon.startProviderIoctl }
}
