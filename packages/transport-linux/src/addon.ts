/** The number of a socket of the addon, never that of another one. A call with a closed one fails with ENOTSOCK. */
export type AddonSocket = number & { readonly isAddonSocket: never }

/** The functions of the addon, described in `native/holds.h`. They return a negative errno of Linux where they fail. */
export interface Addon {
  /** Tests the mechanism. Returns 0, or the failed step * 4096 + errno. */
  test(): number
  open(isIPv6: 0 | 1, isDatagram: 0 | 1): AddonSocket
  close(socket: AddonSocket): number
  /** Takes the lowest run of `count` free ports inside `from` to `to`, writes its token, and returns its first port. */
  acquire(socket: AddonSocket, from: number, to: number, count: number, token: Uint8Array): number
  associate(socket: AddonSocket, token: bigint): number
  release(socket: AddonSocket, token: bigint): number
  bind(socket: AddonSocket, name: Uint8Array, length: number, flags: number): number
  localName(socket: AddonSocket, name: Uint8Array): number
  /** Prepares a bound socket for its purpose and returns its descriptor. */
  handOver(socket: AddonSocket, purpose: number): number
  disown(socket: AddonSocket): number
  left(socket: AddonSocket): number
  /**
   * The rows of the TCP sockets of this machine that are bound and neither listen nor are connected, as in
   * `native/bound-sockets.h`. Returns the size of all of them; only as many as fit are written.
   */
  boundSockets(isIPv6: 0 | 1, rows: Uint8Array): number
  /** What this process has, all threads together: sockets, holds, held ports and sockets that use one. */
  counts(): [sockets: number, holds: number, ports: number, uses: number]
}
