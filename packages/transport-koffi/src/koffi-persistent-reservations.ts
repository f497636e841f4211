import {
  ERROR_OPERATION_ABORTED,
  ERROR_PROC_NOT_FOUND,
  INET_PORT_RANGE,
  INET_PORT_RESERVATION_TOKEN,
} from '@winport/definitions'
import { checkPortRange, IpHelperError, type PersistentReservations, type PortRange } from '@winport/transport'
import type { ForeignFunction } from './foreign-functions.js'
import { type IpHelperFunctions, type PersistentVerb, persistentFunctionName } from './ip-helper-functions.js'
import { NativeMemory } from './native-memory.js'
import type { OutstandingCalls } from './outstanding-calls.js'

/** What the persistent reservations need of their transport. */
export interface PersistentHome {
  readonly ipHelper: IpHelperFunctions
  readonly calls: OutstandingCalls
  readonly closed: boolean
}

/** The six IP Helper functions, called on a thread of libuv's pool. */
export class KoffiPersistentReservations implements PersistentReservations {
  readonly #home: PersistentHome

  constructor(home: PersistentHome) {
    this.#home = home
  }

  async create(range: PortRange): Promise<bigint> {
    return await this.#call('Create', range)
  }

  async lookup(range: PortRange): Promise<bigint> {
    return await this.#call('Lookup', range)
  }

  async delete(range: PortRange): Promise<void> {
    await this.#call('Delete', range)
  }

  async #call(verb: PersistentVerb, range: PortRange): Promise<bigint> {
    checkPortRange(range)
    const { protocol } = range
    const syscall = persistentFunctionName(verb, protocol)
    const [startPort, count] = rangeArguments(range)
    const call = async (): Promise<bigint> => {
      if (this.#home.closed) throw new IpHelperError(ERROR_OPERATION_ABORTED, syscall)
      const declared = this.#declare(verb, range, syscall)
      const token = new NativeMemory(INET_PORT_RESERVATION_TOKEN.size)
      try {
        const pointers = verb === 'Delete' ? [] : [token.address]
        const errno = await callAsync(declared, startPort, count, ...pointers)
        if (errno !== 0) throw new IpHelperError(errno, syscall)
        return INET_PORT_RESERVATION_TOKEN.decode(new Uint8Array(token.buffer)).Token
      } finally {
        token.free()
      }
    }
    if (this.#home.closed) throw new IpHelperError(ERROR_OPERATION_ABORTED, syscall)
    return await this.#home.calls.track(this.#home.ipHelper.inTurn(call))
  }

  #declare(verb: PersistentVerb, { protocol }: PortRange, syscall: string): ForeignFunction {
    try {
      return this.#home.ipHelper.declare(verb, protocol)
    } catch (error) {
      throw new IpHelperError(ERROR_PROC_NOT_FOUND, syscall, { cause: error })
    }
  }
}

/** The two USHORTs as the functions take them: exactly those of an INET_PORT_RANGE, the first in network order. */
function rangeArguments({ startPort, count }: PortRange): Uint16Array {
  const fields = new Uint16Array(2)
  INET_PORT_RANGE.encode({ StartPort: startPort, NumberOfPorts: count }, new Uint8Array(fields.buffer))
  return fields
}

/** Makes the call off the event loop. The arguments are passed by value: nothing of V8's is shared with the thread. */
async function callAsync(
  declared: ForeignFunction,
  ...passed: readonly (number | bigint | undefined)[]
): Promise<number> {
  return await new Promise((resolve, reject) => {
    declared.async(...passed, (error: unknown, errno: number) => (error === null ? resolve(errno) : reject(error)))
  })
}
