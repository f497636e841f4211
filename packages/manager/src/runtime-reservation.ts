import type { PortBlock } from './port-block.js'

export interface ReleaseOptions {
  /** Stops waiting for the system's answer: the promise rejects with an `AbortError`. The block is released all the same. */
  readonly signal?: AbortSignal | undefined
}

/**
 * A block that this process holds until it releases it. If the block is garbage-collected first, it is released then, and
 * a process warning says so.
 */
export interface RuntimeReservation extends PortBlock, AsyncDisposable {
  /** True once {@link release} has been called. */
  readonly released: boolean

  /**
   * Releases the block. Idempotent. Sockets that are bound keep their ports until they close; calls that have no port yet
   * reject with `ERR_RESERVATION_RELEASED`.
   *
   * The reservation ends with its anchor, the socket that it was acquired on: it ends even if the system refuses RELEASE or
   * does not answer. Rejects only if closing the anchor fails, or with an `AbortError` if the signal aborts first.
   */
  release(options?: ReleaseOptions): Promise<void>
}
