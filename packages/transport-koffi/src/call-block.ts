import koffi from 'koffi'
import { NativeMemory, NULL } from './native-memory.js'

const STATUS_PENDING = 0x103
const INLINE_SIZE = 64

/** The offsets in a block. An OVERLAPPED has 32 bytes in a 64-bit process and 20 in a 32-bit one. */
export interface BlockLayout {
  readonly internalHigh: number
  readonly event: number
  readonly input: number
  readonly output: number
  readonly size: number
}

let known: BlockLayout | undefined

/** The layout in this process. */
export function blockLayout(): BlockLayout {
  known ??= measureLayout() // only once, because koffi never frees a type
  return known
}

function measureLayout(): BlockLayout {
  const OVERLAPPED = koffi.struct({
    Internal: 'uintptr_t',
    InternalHigh: 'uintptr_t',
    Offset: 'uint32_t',
    OffsetHigh: 'uint32_t',
    hEvent: 'void *',
  })
  const input = roundUp(koffi.sizeof(OVERLAPPED))
  return {
    internalHigh: koffi.offsetof(OVERLAPPED, 'InternalHigh'),
    event: koffi.offsetof(OVERLAPPED, 'hEvent'),
    input,
    output: input + INLINE_SIZE,
    size: input + 2 * INLINE_SIZE,
  }
}

/** Rounds up to a multiple of 16, which aligns any struct. */
function roundUp(size: number): number {
  return Math.ceil(size / 16) * 16
}

/**
 * The memory of an overlapped call, which outlives the caller: the OVERLAPPED and copies of both buffers. The kernel does
 * not get the caller's buffers, because V8 may collect or detach them while the call is pending.
 */
export class CallBlock {
  readonly overlapped: bigint
  /** The address of the input, or NULL. */
  input: bigint = NULL
  /** The address of the output, or NULL. */
  output: bigint = NULL
  readonly #status: Int32Array
  readonly #transferred: Uint32Array
  readonly #shortInput: Uint8Array
  readonly #shortOutput: Uint8Array
  readonly #shortInputAddress: bigint
  readonly #shortOutputAddress: bigint
  /** Buffers that do not fit into the block, in separate memory for one call. */
  #long: { readonly memory: NativeMemory; readonly output: Uint8Array } | undefined

  constructor(slab: NativeMemory, offset: number, layout: BlockLayout, event: bigint) {
    this.overlapped = slab.address + BigInt(offset)
    this.#status = new Int32Array(slab.buffer, offset, 1)
    this.#transferred = new Uint32Array(slab.buffer, offset + layout.internalHigh, 1)
    this.#shortInput = new Uint8Array(slab.buffer, offset + layout.input, INLINE_SIZE)
    this.#shortOutput = new Uint8Array(slab.buffer, offset + layout.output, INLINE_SIZE)
    this.#shortInputAddress = this.overlapped + BigInt(layout.input)
    this.#shortOutputAddress = this.overlapped + BigInt(layout.output)
    koffi.encode(this.overlapped, layout.event, 'void *', event)
  }

  /** Whether the call is still pending: the negation of HasOverlappedIoCompleted of winbase.h. */
  get pending(): boolean {
    return Atomics.load(this.#status, 0) === STATUS_PENDING
  }

  /** Whether the call is complete and successful: NT_SUCCESS of its status. */
  get succeeded(): boolean {
    const status = Atomics.load(this.#status, 0)
    return status >= 0 && status !== STATUS_PENDING
  }

  /** The number of bytes that a completed call returned. */
  get bytesTransferred(): number {
    return Atomics.load(this.#transferred, 0)
  }

  /** Copies both buffers. The output is copied as well, so that bytes that the kernel does not write keep their values. */
  load(input: Uint8Array | null, output: Uint8Array | null): void {
    this.#status[0] = 0
    this.#transferred[0] = 0
    const inputLength = input === null ? 0 : input.length
    const outputLength = output === null ? 0 : output.length
    let inputBytes = this.#shortInput
    let outputBytes = this.#shortOutput
    let inputAddress = this.#shortInputAddress
    let outputAddress = this.#shortOutputAddress
    if (inputLength > INLINE_SIZE || outputLength > INLINE_SIZE) {
      const outputOffset = roundUp(inputLength)
      const memory = new NativeMemory(outputOffset + outputLength)
      inputBytes = new Uint8Array(memory.buffer, 0, inputLength)
      outputBytes = new Uint8Array(memory.buffer, outputOffset, outputLength)
      inputAddress = memory.address
      outputAddress = memory.address + BigInt(outputOffset)
      this.#long = { memory, output: outputBytes }
    }
    if (input !== null && inputLength > 0) inputBytes.set(input)
    if (output !== null && outputLength > 0) outputBytes.set(output)
    this.input = input === null ? NULL : inputAddress
    this.output = output === null ? NULL : outputAddress
  }

  /** Copies the result to the caller's buffer, up to its current length. */
  store(output: Uint8Array | null): void {
    if (output === null || output.length === 0) return
    const bytes = this.#long?.output ?? this.#shortOutput
    output.set(bytes.subarray(0, output.length))
  }

  /** Frees the separate memory of a completed call. */
  unload(): void {
    this.#long?.memory.free()
    this.#long = undefined
  }
}
