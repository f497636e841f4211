import { WinsockError } from '@winport/transport'
import { type CallResult, errnoOf } from '@winport/transport/backend'
import type { PendingIoctl, ProviderCalls, WinsockCalls } from '@winport/transport/native'
import type { Addon, Key } from './addon.js'
import type { PendingCalls } from './pending-calls.js'

/** Winsock, called through the addon. */
export class NapiWinsockCalls implements WinsockCalls<Key> {
  readonly provider: ProviderCalls<Key> | undefined
  readonly #addon: Addon
  readonly #library: Key
  readonly #pending: PendingCalls

  /** @param provider the service provider, if the control calls of `addon` are the provider's */
  constructor(addon: Addon, library: Key, pending: PendingCalls, provider?: ProviderCalls<Key>) {
    this.#addon = addon
    this.#library = library
    this.#pending = pending
    this.provider = provider
  }

  startUp(): CallResult {
    return this.#addon.startUp(this.#library)
  }

  cleanUp(): CallResult {
    return this.#addon.cleanUp(this.#library)
  }

  openSocket(family: number, type: number, protocol: number): Key {
    const opened = this.#addon.openSocket(this.#library, family, type, protocol)
    if (typeof opened === 'number') throw new WinsockError(errnoOf(opened), 'WSASocketW')
    return opened
  }

  closeSocket(socket: Key): CallResult {
    return this.#addon.closeSocket(socket)
  }

  descriptor(socket: Key): number | bigint {
    return this.#addon.descriptor(socket)
  }

  disown(socket: Key): void {
    this.#addon.disown(socket)
  }

  bind(socket: Key, name: Uint8Array, length: number): CallResult {
    return this.#addon.bind(socket, name, length)
  }

  localName(socket: Key, name: Uint8Array): CallResult {
    return this.#addon.localName(socket, name)
  }

  setOption(socket: Key, level: number, option: number, value: number): CallResult {
    return this.#addon.setOption(socket, level, option, value)
  }

  ioctl(socket: Key, code: number, input: Uint8Array | null, output: Uint8Array | null): CallResult {
    if (output === null) return this.#addon.ioctl(socket, code, input) // faster than passing null
    return this.#addon.ioctl(socket, code, input, output)
  }

  startIoctl(
    socket: Key,
    code: number,
    input: Uint8Array | null,
    output: Uint8Array | null,
  ): CallResult | PendingIoctl {
    const started = this.#addon.startIoctl(socket, code, input, output)
    return typeof started === 'bigint' ? this.#pending.add(started) : started
  }

  failedBytesReturned(): number {
    return this.#addon.failedBytesReturned()
  }
}
