import { checkUnsigned, invalidArgType, LAST_PORT, outOfRange } from '@winport/definitions'

/** The ports that no block of a request may contain. */
export class ExcludedPorts {
  /** In ascending order. */
  readonly #ports: Uint16Array

  private constructor(ports: Uint16Array) {
    this.#ports = ports
  }

  /** Checks the option, and copies it. Consumes a generator. */
  static read(exclude: unknown): ExcludedPorts | undefined {
    if (exclude === undefined) return undefined
    if (typeof exclude !== 'object' || exclude === null || !(Symbol.iterator in exclude)) {
      throw invalidArgType('exclude', 'an iterable of numbers', exclude)
    }
    const ports: number[] = []
    for (const port of exclude as Iterable<unknown>) {
      checkUnsigned(`exclude[${ports.length}]`, port, LAST_PORT, 1)
      if (ports.push(port) > LAST_PORT) throw outOfRange('exclude', 'an iterable of at most 65535 numbers', exclude)
    }
    return ports.length === 0 ? undefined : new ExcludedPorts(Uint16Array.from(ports).sort())
  }

  /** The highest of these ports that lies in a block, or 0 if there is none. */
  highestIn(startPort: number, count: number): number {
    let [from, to] = [0, this.#ports.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if ((this.#ports[middle] ?? 0) < startPort + count) from = middle + 1
      else to = middle
    }
    const highest = this.#ports[from - 1] ?? 0
    return highest >= startPort ? highest : 0
  }
}
