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
  type SimulatedMachine,
  type SocketSpec,
  type SocketTable,
  WinsockError,
} from '@winport/transport'
import { checkPortRange, checkSocketSpec, throwIfAborted, untilAborted } from '@winport/transport/backend'
import { HeldCall, heldOneTurn } from './held-call.js'
import { finishInTurns, type Search } from './host-ports.js'
import type { KernelState } from './kernel-state.js'
import { MockMachine } from './mock-machine.js'
import { MockSocket } from './mock-socket.js'
import { MockSocketTable } from './mock-socket-table.js'
import type { MockTransport } from './mock-transport.js'
import type { PortPool, Reservation } from './port-pool.js'

/** A process of the simulated machine, and its transport. */
export class MockProcess implements MockTransport {
  readonly name = 'mock'
  readonly tokenScope: string
  readonly kernel: KernelState
  readonly pid: number
  readonly elevated: boolean
  readonly persistent: PersistentReservations
  readonly socketTable: SocketTable
  readonly simulatedMachine: SimulatedMachine
  #closed = false
  readonly #abortPending: Set<() => void> = new Set()

  constructor(kernel: KernelState, pid: number, elevated: boolean) {
    this.kernel = kernel
    this.pid = pid
    this.elevated = elevated
    this.socketTable = new MockSocketTable(kernel)
    this.simulatedMachine = new MockMachine(kernel, pid)
    this.tokenScope = `process ${pid} of the simulated machine ${kernel.id}`
    const denied = elevated ? 0 : ERROR_ACCESS_DENIED
    const lookupDenied = elevated ? 0 : kernel.errors.lookupUnelevated
    this.persistent = {
      create: (range, options) => {
        const { startPort, count } = range
        const search = (pool: PortPool) => (elevated ? pool.searchForCreate(startPort, count) : undefined)
        const create = (pool: PortPool, found: number | undefined) => {
          return pool.createPersistent(startPort, count, denied, found)
        }
        return this.#persistentCall('Create', range, create, options, search)
      },
      lookup: (range, options) => {
        const lookup = (pool: PortPool) => pool.findPersistent(range.startPort, range.count, lookupDenied)
        return this.#persistentCall('Lookup', range, lookup, options)
      },
      delete: async (range, options) => {
        const remove = (pool: PortPool) => {
          const reservation = pool.findPersistent(range.startPort, range.count, denied)
          if (typeof reservation !== 'number') pool.release(reservation)
          return reservation
        }
        await this.#persistentCall('Delete', range, remove, options)
      },
    }
  }

  openSocket(spec: SocketSpec): MockSocket {
    const family = checkSocketSpec(spec)
    if (this.#closed) throw new WinsockError(WSANOTINITIALISED, 'WSASocketW')
    const fault = this.kernel.faults.take('WSASocketW', false)
    if (typeof fault === 'number') throw new WinsockError(fault, 'WSASocketW')
    return this.#keep(new MockSocket(spec.protocol, family, this, this.kernel.pools[spec.protocol]))
  }

  openOtherSocket(): MockSocket {
    if (this.#closed) throw new WinsockError(WSANOTINITIALISED, 'WSASocketW')
    return this.#keep(new MockSocket('tcp', 'ipv4', this, undefined))
  }

  async close(): Promise<void> {
    this.exit()
  }

  exit(): void {
    if (this.#closed) return
    this.#closed = true
    this.abortCalls()
    this.kernel.processes.delete(this)
    // Adopted sockets stay, because Node really serves on them.
    for (const socket of [...this.kernel.sockets]) {
      if (socket.process === this && socket.state === 'open') socket.leave()
    }
  }

  /** Makes pending calls for persistent reservations fail with `ERROR_OPERATION_ABORTED`. */
  abortCalls(): void {
    for (const abort of [...this.#abortPending]) abort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #keep(socket: MockSocket): MockSocket {
    this.kernel.sockets.add(socket)
    return socket
  }

  async #persistentCall(
    verb: PersistentVerb,
    range: PortRange,
    call: (pool: PortPool, found: number | undefined) => Reservation | number,
    { signal }: PersistentOptions = {},
    searchFor?: (pool: PortPool) => Search | undefined,
  ): Promise<bigint> {
    checkPortRange(range)
    const syscall = persistentFunctionName(verb, range.protocol)
    if (this.#closed) throw new IpHelperError(ERROR_OPERATION_ABORTED, syscall)
    throwIfAborted(signal)
    if (!this.kernel.supported) throw new IpHelperError(ERROR_PROC_NOT_FOUND, syscall)
    const fault = this.kernel.faults.take(`${verb}PersistentPortReservation`, true)
    const pool = this.kernel.pools[range.protocol]
    let found: number | undefined
    const carryOut = (errno: number | undefined) => errno ?? call(pool, found)
    const wait = (held: HeldCall) => this.#waitUnlessAborted(held, verb, carryOut, signal)
    const errno = fault instanceof HeldCall ? await wait(fault) : fault
    const search = errno === undefined ? searchFor?.(pool) : undefined
    if (search !== undefined) {
      found = await finishInTurns(search, async () => {
        const ended = await wait(heldOneTurn())
        if (ended !== undefined) throw new IpHelperError(ended, syscall)
      })
    }
    const result = carryOut(errno)
    if (typeof result === 'number') throw new IpHelperError(result, syscall)
    return result.token
  }

  /** As {@link #wait}, but the signal ends the wait too. A Delete that has begun is still carried out, as on Windows. */
  async #waitUnlessAborted(
    held: HeldCall,
    verb: PersistentVerb,
    carryOut: (errno: number | undefined) => unknown,
    signal: AbortSignal | undefined,
  ): Promise<number | undefined> {
    const told = this.#wait(held)
    try {
      return await untilAborted(told, signal)
    } catch (error) {
      if (verb === 'Delete') told.then(carryOut)
      throw error
    }
  }

  /** Waits for the outcome of a held call, or for the end of the process. */
  async #wait(held: HeldCall): Promise<number | undefined> {
    held.begin()
    let abort = () => {}
    const aborted = new Promise<number>((resolve) => {
      abort = () => resolve(ERROR_OPERATION_ABORTED)
    })
    this.#abortPending.add(abort)
    try {
      return await Promise.race([held.outcome, aborted])
    } finally {
      this.#abortPending.delete(abort)
    }
  }
}
