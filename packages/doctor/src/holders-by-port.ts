import type { Holder } from './port-explanation.js'

/** Adds sockets to those of their port. */
export function addHolders(sockets: Map<number, Holder[]>, port: number, holders: readonly Holder[]): void {
  const known = sockets.get(port)
  if (known === undefined) sockets.set(port, [...holders])
  else known.push(...holders)
}
