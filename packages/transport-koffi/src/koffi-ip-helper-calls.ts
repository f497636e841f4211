import type { PersistentVerb } from '@winport/definitions'
import type { Protocol } from '@winport/transport'
import type { IpHelperCalls } from '@winport/transport/native'
import type { ForeignFunction } from './foreign-functions.js'
import type { IpHelperFunctions } from './ip-helper-functions.js'
import { NativeMemory } from './native-memory.js'

/** IP Helper, called through koffi on a thread of libuv's pool. */
export class KoffiIpHelperCalls implements IpHelperCalls {
  readonly #functions: IpHelperFunctions

  constructor(functions: IpHelperFunctions) {
    this.#functions = functions
  }

  async callPersistent(
    verb: PersistentVerb,
    protocol: Protocol,
    startPort: number,
    count: number,
    token: Uint8Array,
  ): Promise<number> {
    const declared = this.#functions.declare(verb, protocol)
    const memory = new NativeMemory(token.length)
    try {
      const pointers = verb === 'Delete' ? [] : [memory.address]
      const errno = await callAsync(declared, startPort, count, ...pointers)
      token.set(new Uint8Array(memory.buffer))
      return errno
    } finally {
      memory.free()
    }
  }
}

/** Makes the call off the event loop. All arguments are numbers and native addresses: the thread shares no memory of V8. */
async function callAsync(declared: ForeignFunction, ...passed: readonly (number | bigint)[]): Promise<number> {
  return await new Promise((resolve, reject) => {
    declared.async(...passed, (error: unknown, errno: number) => (error === null ? resolve(errno) : reject(error)))
  })
}
