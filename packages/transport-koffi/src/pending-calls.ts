import { WinsockError } from '@winport/transport'
import { delay } from '@winport/transport/native'
import type { CallBlock } from './call-block.js'
import { CallBlockPool } from './call-block-pool.js'
import { NativeMemory } from './native-memory.js'
import { type WinsockFunctions, WSA_WAIT_FAILED } from './winsock-functions.js'

const SLICE_MS = 100
const RETRY_MS = 10

/** What all calls share: the event, a cell that holds it for the waiting thread, and the pool of call blocks. */
interface SharedMemory {
  readonly event: bigint
  readonly eventCell: NativeMemory
  readonly blocks: CallBlockPool
}

/** A call that PendingCalls waits for. */
export interface WaitingCall {
  readonly pending: boolean
  /** Called once, when the call is complete. */
  finish(): void
}

/**
 * The overlapped calls of one set of libraries: their memory, and the wait for the pending ones.
 *
 * All calls signal one event. One thread of libuv's pool waits for it; the event loop then checks which calls are
 * complete. One event per call would need one thread for every 64 calls. The alternative, RegisterWaitForSingleObject,
 * would block a thread of the system in a koffi callback until the event loop has run it, and forever if the worker's
 * environment has ended by then. The thread waits in short slices, because a worker or the process cannot end before the
 * wait returns.
 */
export class PendingCalls {
  readonly #winsock: WinsockFunctions
  readonly #calls = new Set<WaitingCall>()
  #shared: SharedMemory | undefined
  #waiting = false

  constructor(winsock: WinsockFunctions) {
    this.#winsock = winsock
  }

  /** Memory for a call, with copies of both buffers. @throws WinsockError if the event cannot be created */
  take(input: Uint8Array | null, output: Uint8Array | null): CallBlock {
    this.#shared ??= this.#share()
    return this.#shared.blocks.take(input, output)
  }

  /** Returns the memory of a call that is complete or was not made. */
  give(block: CallBlock): void {
    this.#shared?.blocks.give(block)
    if (this.#calls.size > 0) this.#signal()
  }

  /** Waits for a pending call and then finishes it. */
  add(call: WaitingCall): void {
    if (this.#calls.size > 0 || !call.pending) this.#signal()
    this.#calls.add(call)
    if (!this.#waiting) this.#wait()
  }

  /** Frees everything. No call may be pending. */
  free(): void {
    if (this.#shared === undefined) return
    this.#winsock.WSACloseEvent(this.#shared.event)
    this.#shared.eventCell.free()
    this.#shared.blocks.free()
    this.#shared = undefined
  }

  #share(): SharedMemory {
    const event = this.#winsock.WSACreateEvent()
    if (event === null) throw new WinsockError(this.#winsock.WSAGetLastError(), 'WSACreateEvent')
    const eventCell = new NativeMemory(8)
    new BigUint64Array(eventCell.buffer)[0] = event
    return { event, eventCell, blocks: new CallBlockPool(event) }
  }

  /** Makes the event loop check all calls. Starting a call resets the event, which may lose the signal of another call. */
  #signal(): void {
    if (this.#shared !== undefined) this.#winsock.WSASetEvent(this.#shared.event)
  }

  #wait(): void {
    if (this.#shared === undefined) return
    this.#waiting = true
    const { eventCell } = this.#shared
    try {
      this.#winsock.WSAWaitForMultipleEvents.async(1, eventCell.address, 0, SLICE_MS, 0, (error, result) => {
        if (error !== null || result === WSA_WAIT_FAILED) void this.#lookLater()
        else this.#look()
      })
    } catch {
      void this.#lookLater() // the program has as many asynchronous koffi calls in progress as koffi allows
    }
  }

  async #lookLater(): Promise<void> {
    await delay(RETRY_MS)
    this.#look()
  }

  #look(): void {
    this.#waiting = false
    if (this.#shared !== undefined) this.#winsock.WSAResetEvent(this.#shared.event)
    for (const call of this.#calls) {
      if (call.pending) continue
      this.#calls.delete(call)
      call.finish()
    }
    if (this.#calls.size > 0) this.#wait()
  }
}
