import {
  ERROR_OPERATION_ABORTED,
  ERROR_PROC_NOT_FOUND,
  INET_PORT_RANGE,
  INET_PORT_RESERVATION_TOKEN,
  type PersistentVerb,
  persistentFunctionName,
} from '@winport/definitions'
import { AbortError, throwIfAborted } from '../abort-error.js'
import { checkPortRange } from '../backend/call-arguments.js'
import { IpHelperError } from '../ip-helper-error.js'
import type { PersistentOptions, PersistentReservations } from '../persistent-reservations.js'
import type { PortRange } from '../port-range.js'
import { TransportUnavailableError } from '../transport-unavailable-error.js'
import type { IpHelperCalls } from './ip-helper-calls.js'
import type { OutstandingCalls } from './outstanding-calls.js'

/** The part of a transport that its persistent reservations use. */
export interface PersistentHome {
  readonly ipHelper: IpHelperCalls
  readonly outstanding: OutstandingCalls
  readonly closed: boolean
  inTurn<Result>(call: () => Promise<Result>): Promise<Result>
}

/** Persistent reservations over the calls of any native backend. */
export class NativePersistentReservations implements PersistentReservations {
  readonly #home: PersistentHome

  constructor(home: PersistentHome) {
    this.#home = home
  }

  async create(range: PortRange, options?: PersistentOptions): Promise<bigint> {
    return await this.#call('Create', range, options)
  }

  async lookup(range: PortRange, options?: PersistentOptions): Promise<bigint> {
    return await this.#call('Lookup', range, options)
  }

  async delete(range: PortRange, options?: PersistentOptions): Promise<void> {
    await this.#call('Delete', range, options)
  }

  async #call(verb: PersistentVerb, range: PortRange, { signal }: PersistentOptions = {}): Promise<bigint> {
    checkPortRange(range)
    const { protocol } = range
    const syscall = persistentFunctionName(verb, protocol)
    const [startPort, count] = rangeArguments(range)
    const token = new Uint8Array(INET_PORT_RESERVATION_TOKEN.size)
    const checkOpen = () => {
      if (this.#home.closed) throw new IpHelperError(ERROR_OPERATION_ABORTED, syscall)
    }
    checkOpen()
    throwIfAborted(signal)
    return await new Promise<bigint>((resolve, reject) => {
      let cancelled = false
      const cancel = () => {
        cancelled = true
        reject(new AbortError({ cause: signal?.reason }))
      }
      const call = async () => {
        if (cancelled) return
        checkOpen()
        const errno = await this.#make(verb, protocol, startPort, count, token)
        // The promise settles in this turn, so that no abort can come in between.
        signal?.removeEventListener('abort', cancel)
        if (!cancelled && errno === 0) return resolve(INET_PORT_RESERVATION_TOKEN.decode(token).Token)
        if (!cancelled) throw new IpHelperError(errno, syscall)
        if (errno === 0 && verb === 'Create') await this.#make('Delete', protocol, startPort, count, token)
      }
      signal?.addEventListener('abort', cancel, { once: true })
      this.#home.outstanding.track(this.#home.inTurn(call)).catch((error) => {
        signal?.removeEventListener('abort', cancel)
        reject(error)
      })
    })
  }

  async #make(...call: Parameters<IpHelperCalls['callPersistent']>): Promise<number> {
    try {
      return await this.#home.ipHelper.callPersistent(...call)
    } catch (error) {
      if (!(error instanceof TransportUnavailableError)) throw error
      const [verb, protocol] = call
      throw new IpHelperError(ERROR_PROC_NOT_FOUND, persistentFunctionName(verb, protocol), { cause: error })
    }
  }
}

/** The two USHORTs that the functions expect: those of an INET_PORT_RANGE, the first in network order. */
function rangeArguments({ startPort, count }: PortRange): readonly [startPort: number, count: number] {
  const bytes = new Uint8Array(INET_PORT_RANGE.size)
  INET_PORT_RANGE.encode({ StartPort: startPort, NumberOfPorts: count }, bytes)
  const fields = new DataView(bytes.buffer)
  return [fields.getUint16(0, true), fields.getUint16(2, true)]
}
