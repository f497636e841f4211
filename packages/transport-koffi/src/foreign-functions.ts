import { TransportUnavailableError } from '@winport/transport'
import koffi, { type LibraryHandle, type TypeObject } from 'koffi'

/** A function of a library. Its `async` makes the call on a thread of libuv's pool. */
export type ForeignFunction = ReturnType<LibraryHandle['func']>

/** A loaded library. */
export class ForeignLibrary {
  readonly path: string
  readonly #library: LibraryHandle

  /** @throws TransportUnavailableError if the library cannot be loaded */
  constructor(path: string) {
    this.path = path
    try {
      this.#library = koffi.load(path)
    } catch (error) {
      throw new TransportUnavailableError(`The library ${path} cannot be loaded`, { cause: error })
    }
  }

  /**
   * Declares a function with koffi's types. A SOCKET is declared as `intptr_t`: INVALID_SOCKET is then -1 in 32-bit and
   * 64-bit processes, and koffi returns any other value as a number, or as a bigint if a number cannot represent it.
   *
   * @throws TransportUnavailableError if the library does not export it
   */
  declare(result: string, name: string, parameters: (string | TypeObject)[]): ForeignFunction {
    try {
      return this.#library.func('__stdcall', name, result, parameters)
    } catch (error) {
      throw new TransportUnavailableError(`The library ${this.path} has no function ${name}`, { cause: error })
    }
  }

  /** The address of a function. @throws TransportUnavailableError if the library does not export it */
  addressOf(name: string): bigint {
    try {
      return koffi.address(this.#library.symbol(name))
    } catch (error) {
      throw new TransportUnavailableError(`The library ${this.path} has no function ${name}`, { cause: error })
    }
  }
}
