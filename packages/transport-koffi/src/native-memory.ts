import koffi from 'koffi'

/** The null pointer. */
export const NULL = 0n

/**
 * Memory outside V8. It does not move, is not collected, and stays valid if a worker thread ends while the kernel may
 * still write to it. It must be freed.
 */
export class NativeMemory {
  readonly address: bigint
  /** A view of the memory, not a copy. It must not be used after free(). */
  readonly buffer: ArrayBuffer

  /** Allocates zeroed memory. @param size in bytes, at least 1 */
  constructor(size: number) {
    this.address = koffi.alloc('uint8_t', size)
    this.buffer = koffi.view(this.address, size)
  }

  free(): void {
    koffi.free(this.address)
  }
}
