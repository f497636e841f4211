import {
  checkObject,
  INET_PORT_RANGE,
  INET_PORT_RESERVATION_INSTANCE,
  invalidArgType,
  SIO_ACQUIRE_PORT_RESERVATION,
} from '@winport/definitions'
import {
  AbortError,
  type AddressFamily,
  type PortRange,
  type Protocol,
  type Transport,
  type WinsockSocket,
} from '@winport/transport'
import { Chain, isSystemCallError } from '@winport/transport/backend'
import {
  type AcquireMatchedOptions,
  type AcquireOptions,
  type AcquireRequest,
  onlyStartPort,
  readAcquireRequest,
  readMatchedRequest,
} from './acquire-request.js'
import { isRefusal, type SearchAccess, searchBoth, searchOne } from './acquire-search.js'
import { AnchorPolicy } from './anchor-policy.js'
import { closeQuietly } from './close-quietly.js'
import { channels, publish } from './diagnostics.js'
import { explainAcquire, explainAnchor, explainScope, isRefused } from './explain-error.js'
import { inTurn, turnFor } from './in-turn.js'
import type { MatchedReservation } from './matched-reservation.js'
import { type OpenableBlock, readOpenableBlock } from './openable-block.js'
import { OpenedBlock } from './opened-block.js'
import type { PersistentReservationStore } from './persistent-reservation-store.js'
import { PersistentStore } from './persistent-store.js'
import type { RefusalHint } from './refusal-hint.js'
import { meansNoSuchFamily, meansUsedSocket } from './refusals.js'
import { checkNodeObject, checkOption, readSignalOption } from './request-arguments.js'
import { ReservationError } from './reservation-error.js'
import { type RecordHome, ReservationRecord } from './reservation-record.js'
import { RuntimeBlock } from './runtime-block.js'
import type { ReleaseOptions, RuntimeReservation } from './runtime-reservation.js'
import { startControl, startControlUntraced } from './start-control.js'
import { scopeOf } from './token-scope.js'

export interface ReservationManagerOptions {
  /** The way to the kernel. It belongs to the manager from now on: `close()` closes it. */
  readonly transport: Transport
  /**
   * Remembers where each block is acquired, for the warning about a block that is dropped without a release. Costs a stack
   * trace for each block. Default: false.
   */
  readonly traceLeaks?: boolean | undefined
  /**
   * Says how to find out why ports are refused, such as by a command that the user has. The sentence ends the messages of
   * `ERR_PORT_RANGE_IN_USE`, if particular ports were asked for, and of a refused port of a block. Default: none.
   */
  readonly hint?: RefusalHint | undefined
}

/** What ACQUIRE reads and writes. */
interface AcquireBuffers {
  readonly input: Uint8Array
  readonly output: Uint8Array
}

/** What one search keeps from place to place. */
interface SearchState {
  /** The anchors of refused calls of ACQUIRE, for the next ones. */
  readonly anchors: Map<Protocol, WinsockSocket>
  explainsRefusals: boolean
}

/** Stands for the refusals that are only counted. */
const UNEXPLAINED: ReservationError = new ReservationError('ERR_PORT_RANGE_IN_USE', 'This place was refused')

const MOST_SPARE_BUFFERS = 64

/** What the kernel has granted, until a record has it. */
const granted: INET_PORT_RESERVATION_INSTANCE = { StartPort: 0, NumberOfPorts: 0, Token: 0n }

/** Acquires, holds and releases blocks of ports over a transport. */
export class ReservationManager implements AsyncDisposable {
  readonly transport: Transport
  /** The reservations that survive a restart of the machine. */
  readonly persistent: PersistentReservationStore
  readonly #traceLeaks: boolean
  readonly #hint: RefusalHint | undefined
  readonly #records = new Chain<ReservationRecord>()
  readonly #recordHome: RecordHome
  readonly #acquiring = new Set<WinsockSocket>()
  readonly #policies: Readonly<Record<Protocol, AnchorPolicy>> = { tcp: new AnchorPolicy(), udp: new AnchorPolicy() }
  #anchorFamily: AddressFamily = 'ipv6'
  /** Buffers of calls that have ended, for later calls. */
  readonly #spareBuffers: AcquireBuffers[] = []
  #closed: Promise<void> | undefined

  constructor(options: ReservationManagerOptions) {
    checkObject('options', options)
    const { transport, traceLeaks = false, hint } = options
    checkNodeObject('transport', transport, 'a Transport, such as createKoffiTransport() returns', [
      'openSocket',
      'close',
    ])
    checkOption('traceLeaks', traceLeaks)
    if (hint !== undefined && typeof hint !== 'function') throw invalidArgType('hint', 'of type function', hint)
    this.transport = transport
    this.#traceLeaks = traceLeaks
    this.#hint = hint
    this.#recordHome = { transport, records: this.#records, hint }
    this.persistent = new PersistentStore(transport, (signal) => this.#endFor(signal), hint)
  }

  /** The blocks that are held now. */
  get held(): readonly RuntimeReservation[] {
    const held = this.#records.toArray().filter((record) => record.held)
    return held.map(({ block }) => block).filter((block) => block !== undefined)
  }

  /**
   * Reserves a block of consecutive ports for this process until it is released. Keep the block for as long as its ports
   * are needed: a block that is garbage-collected is released, with a warning.
   *
   * Rejects with `ERR_PORT_RANGE_IN_USE`, `ERR_RESERVATION_UNSUPPORTED`, an `AbortError`, `ERR_RESERVATION_RELEASED` if
   * the manager is closed; and before any system call with `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` for an unknown
   * option, or `ERR_OUT_OF_RANGE`. After a failure nothing is reserved and nothing is left open. If several places were
   * tried, the `cause` is an `AggregateError` with the first 100 refusals.
   */
  acquire(options: AcquireOptions): Promise<RuntimeReservation> {
    try {
      const request = readAcquireRequest(options)
      const acquiredAt = this.#traceLeaks ? callSiteOf(this.acquire) : undefined
      const { protocol } = request
      const startPort = onlyStartPort(request)
      if (startPort === undefined) return searchOne(request, protocol, this.#accessFor(request, acquiredAt))
      return inTurn(request.count, () => this.#acquireAt(protocol, startPort, request, acquiredAt))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Reserves the same range of ports for TCP and for UDP. A `protocol` is ignored. Rejects as {@link acquire} does. Where the
   * kernel chooses, ranges that it grants for one protocol and refuses for the other are kept meanwhile, so that it does not
   * offer them again: at most 256, and none more once 4096 ports are kept.
   */
  async acquireMatched(options: AcquireMatchedOptions): Promise<MatchedReservation> {
    const request = readMatchedRequest(options)
    const acquiredAt = this.#traceLeaks ? callSiteOf(this.acquireMatched) : undefined
    return await searchBoth(request, this.#accessFor(request, acquiredAt))
  }

  /**
   * Opens a block that another manager of this process has acquired, in another thread as a rule: from the block itself, or from
   * what `toJSON`, `structuredClone`, `workerData` or `postMessage` made of it. Its owner releases it, and it ends with its owner's
   * thread: then calls reject with `ERR_RESERVATION_NOT_FOUND`. `release()` only forgets it here.
   *
   * Rejects with `ERR_RESERVATION_NOT_FOUND`; with `ERR_RESERVATION_UNSUPPORTED` if the block is of another process, or of a
   * simulated machine of another thread; with `ERR_RESERVATION_RELEASED` if the manager is closed, or an `AbortError`.
   */
  async open(block: OpenableBlock, options: ReleaseOptions = {}): Promise<RuntimeReservation> {
    const { token, tokenScope, ...range } = readOpenableBlock(block)
    const signal = readSignalOption(options)
    this.#checkOpen(signal)
    const here = scopeOf(this.transport)
    if (tokenScope !== here) throw explainScope(range, tokenScope, here)
    const opened = new OpenedBlock(
      this.transport,
      range,
      token,
      tokenScope,
      () => this.#closed === undefined,
      this.#hint,
    )
    await opened.checkCurrent(signal)
    return opened
  }

  /**
   * Releases every block, ends the calls under way, and closes the transport. Idempotent. Servers that listen stay open.
   * A persistent call that has begun cannot be stopped: the transport waits for it.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #accessFor(request: AcquireRequest, acquiredAt: string | undefined): SearchAccess {
    const state: SearchState = { anchors: new Map(), explainsRefusals: true }
    return {
      acquireAt: (protocol, startPort) => this.#acquireAt(protocol, startPort, request, acquiredAt, state),
      highestHeld: (protocol, startPort, count) => this.#highestHeld(protocol, startPort, count),
      hint: this.#hint,
      onlyCount: () => {
        state.explainsRefusals = false
      },
      end: () => {
        for (const anchor of state.anchors.values()) closeQuietly(anchor)
      },
    }
  }

  #highestHeld(protocol: Protocol | undefined, startPort: number, count: number): number {
    let highest = 0
    for (const record of this.#records.toArray()) {
      if (!record.held || (protocol !== undefined && record.protocol !== protocol)) continue
      const end = record.startPort + record.count
      if (record.startPort < startPort + count && end > startPort) highest = Math.max(highest, end - 1)
    }
    return highest
  }

  /**
   * Makes an ACQUIRE on an anchor of its own.
   *
   * @param search for a call of a search, to which a refusal is returned
   */
  #acquireAt(
    protocol: Protocol,
    startPort: number,
    request: AcquireRequest,
    acquiredAt: string | undefined,
  ): Promise<RuntimeReservation>
  #acquireAt(
    protocol: Protocol,
    startPort: number,
    request: AcquireRequest,
    acquiredAt: string | undefined,
    search: SearchState | undefined,
  ): Promise<RuntimeReservation | ReservationError>
  async #acquireAt(
    protocol: Protocol,
    startPort: number,
    request: AcquireRequest,
    acquiredAt: string | undefined,
    search?: SearchState,
  ): Promise<RuntimeReservation | ReservationError> {
    const { count, signal } = request
    this.#checkOpen(signal)
    const buffers = this.#spareBuffers.pop() ?? newBuffers()
    const { input, output } = buffers
    INET_PORT_RANGE.encode({ StartPort: startPort, NumberOfPorts: count }, input)

    let anchor = search?.anchors.get(protocol)
    const isReused = anchor !== undefined
    const isCounted = search?.explainsRefusals === false && !channels.failure.hasSubscribers
    if (anchor !== undefined) search?.anchors.delete(protocol)
    try {
      anchor ??= this.#openAnchor(protocol)
      const start = isCounted ? startControlUntraced : startControl
      const started = start(anchor, SIO_ACQUIRE_PORT_RESERVATION, input, output, signal)
      if (typeof started !== 'number') {
        this.#acquiring.add(anchor)
        await started
      }
      this.#checkOpen(signal)
      return this.#keep(protocol, anchor, output, acquiredAt)
    } catch (error) {
      const mayGoOn = this.#endFor(signal) === undefined
      if (isCounted && anchor !== undefined && mayGoOn && isRefused(error, startPort)) {
        search.anchors.set(protocol, anchor)
        return UNEXPLAINED
      }
      const range: PortRange = { protocol, startPort, count }
      // Of the places of a search, the error of the search has the hint.
      const hint = onlyStartPort(request) === startPort ? this.#hint : undefined
      const explained = anchor === undefined ? explainAnchor(error, range) : explainAcquire(error, range, hint)
      const failure = this.#endFor(signal) ?? explained
      if (anchor !== undefined && search !== undefined && isRefusal(failure)) search.anchors.set(protocol, anchor)
      else if (anchor !== undefined) closeQuietly(anchor) // ends what ACQUIRE may have granted
      if (isReused && mayGoOn && isSystemCallError(error) && meansUsedSocket(error.code)) {
        return await this.#acquireAt(protocol, startPort, request, acquiredAt, search)
      }
      if (channels.failure.hasSubscribers) {
        publish('failure', this.transport, range, { operation: 'acquire', error: failure })
      }
      if (search !== undefined && isRefusal(failure)) return failure
      throw failure
    } finally {
      if (anchor !== undefined && this.#acquiring.size > 0) this.#acquiring.delete(anchor)
      // The call has settled: it no longer uses the buffers.
      if (this.#spareBuffers.length < MOST_SPARE_BUFFERS) this.#spareBuffers.push(buffers)
    }
  }

  /**
   * Opens a dual-stack IPv6 socket, as msquic does: if a token serves only the family of its anchor, or each family has a
   * pool of its own (BEHAVIOURS.md, 19), this anchor is good for both. On a machine without IPv6 it opens an IPv4 socket.
   */
  #openAnchor(protocol: Protocol): WinsockSocket {
    try {
      return this.transport.openSocket({ protocol, family: this.#anchorFamily })
    } catch (error) {
      if (this.#anchorFamily === 'ipv4') throw error
      if (!isSystemCallError(error) || !meansNoSuchFamily(error.code)) throw error
      const anchor = this.transport.openSocket({ protocol, family: 'ipv4' })
      this.#anchorFamily = 'ipv4'
      return anchor
    }
  }

  #keep(protocol: Protocol, socket: WinsockSocket, output: Uint8Array, acquiredAt: string | undefined): RuntimeBlock {
    INET_PORT_RESERVATION_INSTANCE.decode(output, granted)
    const record = new ReservationRecord(
      protocol,
      granted,
      socket,
      this.#policies[protocol],
      this.#recordHome,
      acquiredAt,
    )
    const block = new RuntimeBlock(record)
    if (channels.acquire.hasSubscribers) publish('acquire', this.transport, record, { token: record.token })
    return block
  }

  #checkOpen(signal: AbortSignal | undefined): void {
    const end = this.#endFor(signal)
    if (end !== undefined) throw end
  }

  /** Why a call must not go on, if so. */
  #endFor(signal?: AbortSignal): Error | undefined {
    if (signal?.aborted === true) return new AbortError({ cause: signal.reason })
    if (this.#closed === undefined) return undefined
    return new ReservationError(
      'ERR_RESERVATION_RELEASED',
      'The reservation manager is closed and has released everything: open a new one.',
    )
  }

  async #close(): Promise<void> {
    const failures: unknown[] = []
    const settle = async (calls: readonly Promise<void>[]) => {
      for (const outcome of await Promise.allSettled(calls)) {
        if (outcome.status === 'rejected') failures.push(outcome.reason)
      }
    }
    const { turns, isReleasing } = this.#beginClose()
    const ended = turns.map(async ({ turn, records }) => {
      if (turn !== undefined) await turn
      await settle(records.map((record) => record.endNow()))
    })
    for (const anchor of this.#acquiring) closeQuietly(anchor)
    if (isReleasing) await turnFor(1)
    await Promise.all(ended)
    await settle([this.transport.close()])
    if (failures.length > 0) throw new AggregateError(failures, 'Everything is released, but closing it failed')
  }

  /** Marks every block as released. Each block has a turn of the event loop: blocks of the same turn are returned together. */
  #beginClose(): ClosingBlocks {
    const turns: TurnOfReleases[] = []
    let isReleasing = false
    for (const record of this.#records.toArray()) {
      if (!record.held) {
        isReleasing = true
        continue
      }
      const turn = record.beginRelease()
      const last = turns.at(-1)
      if (last !== undefined && last.turn === turn) last.records.push(record)
      else turns.push({ turn, records: [record] })
    }
    return { turns, isReleasing }
  }
}

/** What is released in one turn of the event loop; undefined is this one. */
interface TurnOfReleases {
  readonly turn: Promise<void> | undefined
  readonly records: ReservationRecord[]
}

/** What a manager that closes has to end. */
interface ClosingBlocks {
  readonly turns: readonly TurnOfReleases[]
  /** Whether a release waits for its turn. */
  readonly isReleasing: boolean
}

/** Where a method was called, as the lines of a stack trace. */
function callSiteOf(method: (...args: never[]) => unknown): string {
  const trace: { stack?: string } = {}
  Error.captureStackTrace(trace, method)
  // An Error.prepareStackTrace of the program may return something else.
  return typeof trace.stack === 'string' ? trace.stack.replace(/^.*\n/, '') : ''
}

function newBuffers(): AcquireBuffers {
  return {
    input: new Uint8Array(INET_PORT_RANGE.size),
    output: new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size),
  }
}
