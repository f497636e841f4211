import { TransportUnavailableError } from '@winport/transport'
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
    try {
      this.buffer = koffi.view(this.address, size)
    } catch (error) {
      koffi.free(this.address)
      throw error
    }
  }

  free(): void {
    koffi.free(this.address)
  }
}

/** Checks that JavaScript can view native memory. @throws TransportUnavailableError if not, as in Electron */
export function checkNativeMemory(): void {
  try {
    new NativeMemory(1).free()
  } catch (error) {
    throw new TransportUnavailableError(
      'koffi cannot give JavaScript access to native memory. Electron, for example, does not allow external buffers. ' +
        'Use @winport/transport-napi instead.',
      { cause: error },
    )
  }
}
