const TOP = 0x8a3f_0000

/**
 * Makes the tokens of one machine. Each token is unique. Its lowest 16 bits name the slot of its reservation, so that no
 * table is needed to find it. The top bit is set, so that a token that is converted to a number loses bits.
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

  /** The slot in the lowest 16 bits of any token. */
  slotOf(token: bigint): number {
    this.#token[0] = token
    return (this.#halves[LOW] ?? 0) & 0xffff
  }
}

/** Which half of a 64-bit integer comes first on this computer. */
const LOW = new Uint32Array(new BigUint64Array([1n]).buffer)[0] === 1 ? 0 : 1
const HIGH = 1 - LOW
