import type { Protocol } from '@winport/transport'
import { type ForeignFunction, ForeignLibrary } from './foreign-functions.js'

export type PersistentVerb = 'Create' | 'Lookup' | 'Delete'

/** The six functions for persistent reservations, declared when first used: before Windows Vista there are none. */
export class IpHelperFunctions {
  readonly #library: ForeignLibrary
  readonly #declared = new Map<string, ForeignFunction>()
  #last: Promise<unknown> = Promise.resolve()

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

  /**
   * Makes one call after the other. They block a thread each, on the registry, and libuv's pool has only four for the
   * whole program.
   */
  async inTurn<Result>(call: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(call)
    this.#last = turn.catch(() => {})
    return await turn
  }
}

export function persistentFunctionName(verb: PersistentVerb, protocol: Protocol): string {
  return `${verb}Persistent${protocol === 'tcp' ? 'Tcp' : 'Udp'}PortReservation`
}

function parametersOf(verb: PersistentVerb): string[] {
  return verb === 'Delete' ? ['uint16_t', 'uint16_t'] : ['uint16_t', 'uint16_t', 'void *']
}
