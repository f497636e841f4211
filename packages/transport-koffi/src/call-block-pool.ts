import { type BlockLayout, blockLayout, CallBlock } from './call-block.js'
import { NativeMemory } from './native-memory.js'

const BLOCKS_PER_SLAB = 64

/** A pool of call blocks. It grows to the largest number of calls that were pending at once, and never shrinks. */
export class CallBlockPool {
  readonly #event: bigint
  readonly #layout: BlockLayout = blockLayout()
  readonly #slabs: NativeMemory[] = []
  readonly #idle: CallBlock[] = []

  /** @param event the event in the OVERLAPPED of every block */
  constructor(event: bigint) {
    this.#event = event
  }

  /** Takes a block and copies both buffers into it. */
  take(input: Uint8Array | null, output: Uint8Array | null): CallBlock {
    const block = this.#idle.pop() ?? this.#grow()
    try {
      block.load(input, output)
      return block
    } catch (error) {
      this.give(block) // no memory for a long buffer
      throw error
    }
  }

  /** Returns the block of a call that is complete or was not made. */
  give(block: CallBlock): void {
    block.unload()
    this.#idle.push(block)
  }

  /** Frees everything. No call may be pending. */
  free(): void {
    for (const slab of this.#slabs) slab.free()
    this.#slabs.length = 0
    this.#idle.length = 0
  }

  #grow(): CallBlock {
    const slab = new NativeMemory(this.#layout.size * BLOCKS_PER_SLAB)
    this.#slabs.push(slab)
    for (let i = 1; i < BLOCKS_PER_SLAB; i++) {
      this.#idle.push(new CallBlock(slab, i * this.#layout.size, this.#layout, this.#event))
    }
    return new CallBlock(slab, 0, this.#layout, this.#event)
  }
}
