import { LAST_PORT } from '@winport/definitions'
import { contains, type PortSpan } from './port-span.js'

/** More attempts would take too long where most ports are taken. */
const MOST_ATTEMPTS = 256

/**
 * Finds the first port from `start` on that can be bound.
 *
 * @param avoided the ranges that are skipped without an attempt
 * @returns null if there is none, or if the first 256 attempts fail
 */
export function nextFreePort(
  start: number,
  avoided: readonly PortSpan[],
  canBind: (port: number) => boolean,
): number | null {
  let attempts = 0
  for (let port = start; port <= LAST_PORT && attempts < MOST_ATTEMPTS; port++) {
    const range = avoided.find((span) => contains(span, port))
    if (range !== undefined) {
      port = range.endPort
      continue
    }
    if (canBind(port)) return port
    attempts++
  }
  return null
}
