import koffi from 'koffi'
import { NativeMemory, NULL } from './native-memory.js'

const STATUS_PENDING = 0x103
const INLINE_SIZE = 64

/** Where things are in a block. An OVERLAPPED is 32 bytes in a 64-bit process and 20 in a 32-bit one. */
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
  known ??= measureLayout() // once, for koffi keeps every type
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

/** To a multiple of 16, where any struct may stand. */
function roundUp(size: number): number {
  return Math.ceil(size / 16) * 16
}

/**
 * What an overlapped call needs to outlive its caller: the OVERLAPPED, and copies of both buffers. Those that the call
 * was made with stay V8's, which collects and detaches them as it likes.
 */
export class CallBlock {
  readonly overlapped: bigint
  /** Where the kernel finds the input, or NULL. */
  input: bigint = NULL
  /** Where the kernel writes the output, or NULL. */
  output: bigint = NULL
  readonly #status: Int32Array
  readonly #transferred: Uint32Array
  readonly #shortInput: Uint8Array
  readonly #shortOutput: Uint8Array
  readonly #shortInputAddress: bigint
  readonly #shortOutputAddress: bigint
  /** Where a long buffer is: in memory of its own, for one call. */
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

  /** The call is not complete: what winbase.h's HasOverlappedIoCompleted denies. */
  get pending(): boolean {
    return Atomics.load(this.#status, 0) === STATUS_PENDING
  }

  /** The call is complete and has succeeded: NT_SUCCESS of its status. */
  get succeeded(): boolean {
    const status = Atomics.load(this.#status, 0)
    return status >= 0 && status !== STATUS_PENDING
  }

  /** The number of bytes returned by a call that has succeeded. */
  get bytesTransferred(): number {
    return Atomics.load(this.#transferred, 0)
  }

  /** Copies what goes in; the output too, so that what the kernel leaves alone comes back as it was. */
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

  /** Copies what came out, as far as the caller's buffer is still there. */
  store(output: Uint8Array | null): void {
    if (output === null || output.length === 0) return
    const bytes = this.#long?.output ?? this.#shortOutput
    output.set(bytes.subarray(0, output.length))
  }

  /** The call is complete: its long buffers are freed. */
  unload(): void {
    this.#long?.memory.free()
    this.#long = undefined
  }
}
