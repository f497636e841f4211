import type { Protocol } from '@winport/transport'
import type { CallResult } from '@winport/transport/backend'
import type { SocketTableCalls } from '@winport/transport/native'
import type { Addon, Key } from './addon.js'

/** The socket tables of IP Helper, through the addon. */
export class NapiSocketTableCalls implements SocketTableCalls {
  readonly #addon: Addon
  readonly #library: Key

  constructor(addon: Addon, library: Key) {
    this.#addon = addon
    this.#library = library
  }

  extendedTable(protocol: Protocol, family: number, tableClass: number, table: Uint8Array): CallResult {
    return this.#addon.extendedTable(this.#library, protocol === 'tcp' ? 1 : 0, family, tableClass, table)
  }

  boundTable(family: number, table: Uint8Array): CallResult {
    return this.#addon.boundTable(this.#library, family, table)
  }

  processImage(pid: number, image: Uint8Array): CallResult {
    return this.#addon.processImage(this.#library, pid, image)
  }

  processUser(pid: number, user: Uint8Array): CallResult {
    return this.#addon.processUser(this.#library, pid, user)
  }

  services(services: Uint8Array): CallResult {
    return this.#addon.services(this.#library, services)
  }
}
