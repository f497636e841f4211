import { TransportUnavailableError } from '@winport/transport'
import koffi, { type LibraryHandle, type TypeObject } from 'koffi'

/** A function of a library; `async` makes the call on a thread of libuv's pool. */
export type ForeignFunction = ReturnType<LibraryHandle['func']>

/** A loaded library, from which functions are declared. */
export class ForeignLibrary {
  readonly path: string
  readonly #library: LibraryHandle

  /** @throws TransportUnavailableError if there is no such library */
  constructor(path: string) {
    this.path = path
    try {
      this.#library = koffi.load(path)
    } catch (error) {
      throw new TransportUnavailableError(`The library ${path} cannot be loaded`, { cause: error })
    }
  }

  /**
   * Declares a function. Types are koffi's; a SOCKET is `intptr_t`, so that INVALID_SOCKET is -1 in either width and
   * any other value comes as a number, or as a bigint where a number would lose bits.
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

  /** Where a function is. @throws TransportUnavailableError if the library does not export it */
  addressOf(name: string): bigint {
    try {
      return koffi.address(this.#library.symbol(name))
    } catch (error) {
      throw new TransportUnavailableError(`The library ${this.path} has no function ${name}`, { cause: error })
    }
  }
}
