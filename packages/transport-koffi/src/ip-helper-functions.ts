import { type PersistentVerb, persistentFunctionName } from '@winport/definitions'
import type { Protocol } from '@winport/transport'
import { type ForeignFunction, ForeignLibrary } from './foreign-functions.js'

/** The six functions for persistent reservations. Each is declared on first use, because not every library exports them. */
export class IpHelperFunctions {
  readonly #library: ForeignLibrary
  readonly #declared = new Map<string, ForeignFunction>()

  constructor(path: string) {
    this.#library = new ForeignLibrary(path)
  }

  /** @throws TransportUnavailableError if the library does not export it */
  declare(verb: PersistentVerb, protocol: Protocol): ForeignFunction {
    const name = persistentFunctionName(verb, protocol)
    const declared = this.#declared.get(name) ?? this.#library.declare('uint32_t', name, parametersOf(verb))
    this.#declared.set(name, declared)
    return declared
  }
}

function parametersOf(verb: PersistentVerb): string[] {
  return verb === 'Delete' ? ['uint16_t', 'uint16_t'] : ['uint16_t', 'uint16_t', 'void *']
}
