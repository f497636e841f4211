const TOP = 0x8a3f_0000

/**
 * Makes the tokens of one machine. Each is new, and in its lowest 16 bits names the slot that its reservation is kept
 * in, so that no table is needed to find it. The top bit is set: a token that somebody takes for a number loses bits.
 */
export class TokenSequence {
  readonly #token = new BigUint64Array(1)
  readonly #halves = new Uint32Array(this.#token.buffer)
  #count = 0

  /** @param slot 1 to 65535 */
  next(slot: number): bigint {
    this.#count++
    this.#halves[LOW] = ((this.#count << 16) | slot) >>> 0
    this.#halves[HIGH] = TOP + (this.#count >>> 16)
    return this.#token[0] ?? 0n
  }

  /** The slot that a token names, whoever made it. */
  slotOf(token: bigint): number {
    this.#token[0] = token
    return (this.#halves[LOW] ?? 0) & 0xffff
  }
}

/** Which half of a 64-bit integer comes first on this computer. */
const LOW = new Uint32Array(new BigUint64Array([1n]).buffer)[0] === 1 ? 0 : 1
const HIGH = 1 - LOW
