import { LAST_PORT } from '@winport/definitions'

const PORTS = LAST_PORT + 1
const LEAVES = PORTS / 32

/**
 * The set of free ports. Finds the lowest run of n free ports in O(log n), however fragmented the set is: it has a bit
 * per port and, above the 32-bit words, a binary tree. Each node has the length of the free run at its start, of the one
 * at its end, and of the longest one. Size: 56 KB.
 */
export class FreeRuns {
  readonly #bits = new Uint32Array(LEAVES).fill(0xffff_ffff)
  readonly #prefix = new Uint32Array(2 * LEAVES)
  readonly #suffix = new Uint32Array(2 * LEAVES)
  readonly #longest = new Uint32Array(2 * LEAVES)

  constructor() {
    for (const lengths of [this.#prefix, this.#suffix, this.#longest]) {
      for (let first = LEAVES, length = 32; first >= 1; first >>= 1, length <<= 1)
        lengths.fill(length, first, 2 * first)
    }
  }

  isFree(port: number): boolean {
    return ((at(this.#bits, port >>> 5) >>> (port & 31)) & 1) === 1
  }

  /** Whether every port of the range is free. */
  areFree(start: number, count: number): boolean {
    return this.find(count, start, start + count) === start
  }

  /** Marks a range as free or taken. */
  set(start: number, count: number, free: boolean): void {
    const firstLeaf = start >>> 5
    const lastLeaf = (start + count - 1) >>> 5
    for (let leaf = firstLeaf; leaf <= lastLeaf; leaf++) {
      const from = Math.max(start - leaf * 32, 0)
      const to = Math.min(start + count - leaf * 32, 32)
      const mask = (to - from === 32 ? 0xffff_ffff : ((1 << (to - from)) - 1) << from) >>> 0
      const word = at(this.#bits, leaf)
      this.#bits[leaf] = free ? word | mask : word & ~mask
      this.#summarizeLeaf(leaf)
    }
    let half = 32
    for (let low = (firstLeaf + LEAVES) >> 1, high = (lastLeaf + LEAVES) >> 1; low >= 1; low >>= 1, high >>= 1) {
      for (let node = low; node <= high; node++) this.#summarize(node, half)
      half <<= 1
    }
  }

  /** The first port of the lowest run of `count` free ports inside [from, to), or -1. */
  find(count: number, from: number, to: number): number {
    this.#run = 0
    return this.#findBelow(1, 0, PORTS, count, from, to)
  }

  /** The length of the free run that ends at the position of the search. */
  #run = 0

  #findBelow(node: number, start: number, length: number, count: number, from: number, to: number): number {
    if (start >= to || start + length <= from) return -1
    if (from <= start && start + length <= to) {
      if (this.#run + at(this.#prefix, node) >= count) return start - this.#run
      if (at(this.#longest, node) < count) {
        const suffix = at(this.#suffix, node)
        this.#run = suffix === length ? this.#run + length : suffix
        return -1
      }
    }
    if (length === 32) return this.#findInLeaf(start, count, from, to)
    const half = length >>> 1
    const left = this.#findBelow(2 * node, start, half, count, from, to)
    return left >= 0 ? left : this.#findBelow(2 * node + 1, start + half, half, count, from, to)
  }

  #findInLeaf(start: number, count: number, from: number, to: number): number {
    const end = Math.min(start + 32, to)
    for (let port = Math.max(start, from); port < end; port++) {
      this.#run = this.isFree(port) ? this.#run + 1 : 0
      if (this.#run >= count) return port + 1 - count
    }
    return -1
  }

  #summarizeLeaf(leaf: number): void {
    const word = at(this.#bits, leaf)
    const node = leaf + LEAVES
    const taken = ~word
    this.#prefix[node] = taken === 0 ? 32 : 31 - Math.clz32(taken & -taken)
    this.#suffix[node] = Math.clz32(taken)
    let longest = 0
    for (let rest = word; rest !== 0; rest &= rest << 1) longest++
    this.#longest[node] = longest
  }

  #summarize(node: number, half: number): void {
    const left = 2 * node
    const right = left + 1
    const leftPrefix = at(this.#prefix, left)
    const rightSuffix = at(this.#suffix, right)
    const across = at(this.#suffix, left) + at(this.#prefix, right)
    this.#prefix[node] = leftPrefix === half ? half + at(this.#prefix, right) : leftPrefix
    this.#suffix[node] = rightSuffix === half ? half + at(this.#suffix, left) : rightSuffix
    this.#longest[node] = Math.max(at(this.#longest, left), at(this.#longest, right), across)
  }
}

/** An element whose index is in range. */
function at(array: Uint32Array, index: number): number {
  return array[index] ?? 0
}
