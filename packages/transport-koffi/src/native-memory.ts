import koffi from 'koffi'

/** NULL, and the address of nothing. */
export const NULL = 0n

/**
 * Memory outside of V8: it does not move, nothing collects it, and it is still there if a worker thread ends while the
 * kernel is about to write to it. It must be freed.
 */
export class NativeMemory {
  readonly address: bigint
  /** The memory itself, not a copy: not to be touched once it is freed. */
  readonly buffer: ArrayBuffer

  /** @param size in bytes, at least 1; they are zero */
  constructor(size: number) {
    this.address = koffi.alloc('uint8_t', size)
    this.buffer = koffi.view(this.address, size)
  }

  free(): void {
    koffi.free(this.address)
  }
}
