import type { Holder } from './port-explanation.js'

/** Adds a socket to those of its port. */
export function addHolder(sockets: Map<number, Holder[]>, port: number, holder: Holder): void {
  const known = sockets.get(port)
  if (known === undefined) sockets.set(port, [holder])
  else known.push(holder)
}
