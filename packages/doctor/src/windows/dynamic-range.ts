import { LAST_PORT } from '@winport/definitions'
import type { PortSpan } from '../port-span.js'

/**
 * Parses the output of `netsh int ipv4 show dynamicport`. netsh translates the words, so only the order counts: the last two
 * numbers are the start port and the number of ports.
 *
 * @returns undefined if the text has no such numbers
 */
export function parseDynamicRange(text: string): PortSpan | undefined {
  const [startPort = 0, count = 0] = [...text.matchAll(/\d+/g)].slice(-2).map(Number)
  const endPort = startPort + count - 1
  return startPort > 0 && count > 0 && endPort <= LAST_PORT ? { startPort, endPort } : undefined
}
