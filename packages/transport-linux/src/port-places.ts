import { readFileSync } from 'node:fs'
import { LAST_PORT } from '@winport/definitions'

const FIRST_UNPRIVILEGED = 1024
/** The kernel's default. */
const DEFAULT_EPHEMERAL: PortPlace = [32_768, 60_999]

/** Ports, both ends included. */
export type PortPlace = readonly [from: number, to: number]

/** The ephemeral ports of this network namespace, also those of IPv6. */
export function readEphemeralPorts(path = '/proc/sys/net/ipv4/ip_local_port_range'): PortPlace {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return DEFAULT_EPHEMERAL // not mounted
  }
  const [from = 0, to = 0] = text.trim().split(/\s+/).map(Number)
  return from >= 1 && to <= LAST_PORT && from <= to ? [from, to] : DEFAULT_EPHEMERAL
}

/**
 * Where to look for `count` ports in a row, the best place first: above the ephemeral ports, where few programs have one;
 * below them; among them. Each place begins at a random port, so that processes rarely compete.
 */
export function placesFor(
  count: number,
  [from, to]: PortPlace,
  random: () => number = Math.random,
): readonly PortPlace[] {
  const regions: readonly PortPlace[] = [
    [to + 1, LAST_PORT],
    [FIRST_UNPRIVILEGED, from - 1],
    [Math.max(from, FIRST_UNPRIVILEGED), to],
    [FIRST_UNPRIVILEGED, LAST_PORT], // a run across the borders
  ]
  return regions.flatMap(([first, last]) => {
    if (last - first + 1 < count) return []
    const middle = first + Math.floor(random() * (last - first + 1))
    const rest: PortPlace = [first, Math.min(middle + count - 2, last)]
    const both: readonly PortPlace[] = [[middle, last], rest]
    return both.filter(([low, high]) => high - low + 1 >= count)
  })
}
