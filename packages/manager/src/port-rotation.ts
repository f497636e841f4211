import type { PortRange } from '@winport/transport'

/** Stands for several addresses. */
const SEVERAL = Symbol('several addresses')

/**
 * Hands out the ports of a block in turn, so that a client of a closed server does not reach the next one. The kernel decides whether
 * the port is free: TIME_WAIT counts, too.
 *
 * Windows lets one user bind 127.0.0.1 beside '::', and then sends connections to the more specific one
 * (https://learn.microsoft.com/windows/win32/winsock/using-so-reuseaddr-and-so-exclusiveaddruse). So a port is offered again only
 * for the address that it had before; otherwise the kernel chooses.
 */
export class PortRotation {
  readonly #range: PortRange
  /** The addresses that ports were bound to. Most blocks are released without a map. */
  #addresses: Map<number, string | typeof SEVERAL> | undefined
  #next: number

  constructor(range: PortRange) {
    this.#range = range
    this.#next = range.startPort
  }

  /**
   * The port to try before any free one; undefined if the kernel must choose.
   *
   * @param last the port that is handed out last, because the anchor is bound to it
   */
  candidate(address: string, last: number | undefined): number | undefined {
    const port = this.#next === last ? this.#after(this.#next) : this.#next
    if (port === last) return undefined
    const before = this.#addresses?.get(port)
    return before === undefined || before === address ? port : undefined
  }

  /** Remembers that a port was handed out because no port was given. */
  advance(port: number): void {
    this.#next = this.#after(port)
  }

  /** Remembers which address a port was bound to. */
  noteBound(port: number, address: string): void {
    this.#addresses ??= new Map()
    const before = this.#addresses.get(port)
    this.#addresses.set(port, before === undefined || before === address ? address : SEVERAL)
  }

  #after(port: number): number {
    const { startPort, count } = this.#range
    return startPort + ((port + 1 - startPort) % count)
  }
}
