import {
  ERROR_ACCESS_DENIED,
  ERROR_OPERATION_ABORTED,
  ERROR_PROC_NOT_FOUND,
  type PersistentVerb,
  persistentFunctionName,
  WSANOTINITIALISED,
} from '@winport/definitions'
import {
  IpHelperError,
  type PersistentOptions,
  type PersistentReservations,
  type PortRange,
  type SocketSpec,
  type Transport,
  WinsockError,
} from '@winport/transport'
import { checkPortRange, checkSocketSpec, throwIfAborted, untilAborted } from '@winport/transport/backend'
import { Hold } from './fault-plan.js'
import type { KernelState } from './mock-kernel.js'
import type { MockSocket } from './mock-socket.js'
import type { PortPool, Reservation } from './port-pool.js'

/** One process of the simulated machine. */
export class MockTransport implements Transport {
  readonly name = 'mock'
  readonly pid: number
  /** Whether the process may create, delete and consume persistent reservations. */
  readonly elevated: boolean
  readonly persistent: PersistentReservations
  readonly #kernel: KernelState
  #closed = false
  readonly #abortPending: Set<() => void> = new Set()

  /** @internal Use {@link MockKernel.openTransport}. */
  constructor(kernel: KernelState, pid: number, elevated: boolean) {
    this.#kernel = kernel
    this.pid = pid
    this.elevated = elevated
    this.persistent = {
      create: (range, options) => {
        const create = (pool: PortPool) => {
          return this.elevated ? pool.createPersistent(range.startPort, range.count) : ERROR_ACCESS_DENIED
        }
        return this.#persistentCall('Create', range, create, options)
      },
      lookup: (range, options) => {
        const { lookupUnelevated } = this.#kernel.errors
        const lookup = (pool: PortPool) =>
          this.elevated || lookupUnelevated === 0 ? pool.findPersistent(range.startPort, range.count) : lookupUnelevated
        return this.#persistentCall('Lookup', range, lookup, options)
      },
      delete: async (range, options) => {
        const remove = (pool: PortPool) => {
          const reservation = pool.findPersistent(range.startPort, range.count)
          if (typeof reservation === 'number') return reservation
          if (!this.elevated) return ERROR_ACCESS_DENIED
          pool.release(reservation)
          return reservation
        }
        await this.#persistentCall('Delete', range, remove, options)
      },
    }
  }

  openSocket(spec: SocketSpec): MockSocket {
    const family = checkSocketSpec(spec)
    if (this.#closed) throw new WinsockError(WSANOTINITIALISED, 'WSASocketW')
    const fault = this.#kernel.faults.take('WSASocketW', false)
    if (typeof fault === 'number') throw new WinsockError(fault, 'WSASocketW')
    return this.#kernel.addSocket(this, spec.protocol, family, this.#kernel.pools[spec.protocol])
  }

  /** Opens a socket that is neither TCP nor UDP, on which no control code is supported. */
  openOtherSocket(): MockSocket {
    if (this.#closed) throw new WinsockError(WSANOTINITIALISED, 'WSASocketW')
    return this.#kernel.addSocket(this, 'tcp', 'ipv4', undefined)
  }

  async close(): Promise<void> {
    this.exit()
  }

  /** The process ends, with or without saying goodbye: its sockets close, and its runtime reservations end. */
  exit(): void {
    if (this.#closed) return
    this.#closed = true
    this.abortCalls()
    this.#kernel.removeProcess(this)
  }

  /** @internal Persistent calls that wait fail with `ERROR_OPERATION_ABORTED`. */
  abortCalls(): void {
    for (const abort of [...this.#abortPending]) abort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #persistentCall(
    verb: PersistentVerb,
    range: PortRange,
    call: (pool: PortPool) => Reservation | number,
    { signal }: PersistentOptions = {},
  ): Promise<bigint> {
    checkPortRange(range)
    const syscall = persistentFunctionName(verb, range.protocol)
    if (this.#closed) throw new IpHelperError(ERROR_OPERATION_ABORTED, syscall)
    throwIfAborted(signal)
    if (!this.#kernel.supported) throw new IpHelperError(ERROR_PROC_NOT_FOUND, syscall)
    const fault = this.#kernel.faults.take(`${verb}PersistentPortReservation`, true)
    const carryOut = (errno: number | undefined) => errno ?? call(this.#kernel.pools[range.protocol])
    const result = carryOut(
      fault instanceof Hold ? await this.#waitUnlessAborted(fault, verb, carryOut, signal) : fault,
    )
    if (typeof result === 'number') throw new IpHelperError(result, syscall)
    return result.token
  }

  /** As {@link #wait}. A Delete has begun, and is carried out even if nobody waits for it any more. */
  async #waitUnlessAborted(
    hold: Hold,
    verb: PersistentVerb,
    carryOut: (errno: number | undefined) => unknown,
    signal: AbortSignal | undefined,
  ): Promise<number | undefined> {
    const told = this.#wait(hold)
    try {
      return await untilAborted(told, signal)
    } catch (error) {
      if (verb === 'Delete') told.then(carryOut)
      throw error
    }
  }

  /** Waits for a held call's outcome; the end of the process ends the wait. */
  async #wait(hold: Hold): Promise<number | undefined> {
    hold.begin()
    let abort = () => {}
    const aborted = new Promise<number>((resolve) => {
      abort = () => resolve(ERROR_OPERATION_ABORTED)
    })
    this.#abortPending.add(abort)
    try {
      return await Promise.race([hold.outcome, aborted])
    } finally {
      this.#abortPending.delete(abort)
    }
  }
}
