import { WinsockError } from '@winport/transport'
import type { CallBlock } from './call-block.js'
import { CallBlockPool } from './call-block-pool.js'
import { NativeMemory } from './native-memory.js'
import type { OverlappedCall } from './overlapped-call.js'
import { type WinsockFunctions, WSA_WAIT_FAILED } from './winsock-functions.js'

const SLICE_MS = 100
const RETRY_MS = 10

/** What the calls share: the event, a cell that holds it for the waiting thread, and the memory for each. */
interface SharedMemory {
  readonly event: bigint
  readonly eventCell: NativeMemory
  readonly blocks: CallBlockPool
}

/**
 * The overlapped calls of one set of libraries: memory for them, and the wait for those that are pending.
 *
 * However many they are, one thread of libuv's pool waits, for the one event that all of them signal; the event loop
 * then looks which are complete. (An event for each would need a thread for every 64. The system's own waiting threads,
 * RegisterWaitForSingleObject, would stand still in a koffi callback until the event loop has run it: for ever, if a
 * worker's environment is gone by then.) The thread waits in slices because a worker, or the process, cannot end before
 * it returns.
 */
export class PendingCalls {
  readonly #winsock: WinsockFunctions
  readonly #calls = new Set<OverlappedCall>()
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

  /** Takes back the memory of a call that is complete, or was never made. */
  give(block: CallBlock): void {
    this.#shared?.blocks.give(block)
    if (this.#calls.size > 0) this.#signal()
  }

  /** Waits for a call that is pending, and then finishes it. */
  add(call: OverlappedCall): void {
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

  /** Has the event loop look. Each call that is started clears the event, and with it what others have signalled. */
  #signal(): void {
    if (this.#shared !== undefined) this.#winsock.WSASetEvent(this.#shared.event)
  }

  #wait(): void {
    if (this.#shared === undefined) return
    this.#waiting = true
    const { eventCell } = this.#shared
    try {
      this.#winsock.WSAWaitForMultipleEvents.async(1, eventCell.address, 0, SLICE_MS, 0, (error, result) => {
        if (error !== null || result === WSA_WAIT_FAILED) this.#lookLater()
        else this.#look()
      })
    } catch {
      this.#lookLater() // the program has as many koffi calls under way as koffi allows
    }
  }

  #lookLater(): void {
    setTimeout(() => this.#look(), RETRY_MS)
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
