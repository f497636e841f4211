import { readFileSync } from 'node:fs'
import { LAST_PORT } from '@winport/definitions'
import { messageOf } from '@winport/transport/backend'
import type { ExcludedRange } from '../excluded-ranges.js'
import type { Fact } from '../fact.js'

/**
 * Reads the ports of this network namespace that Linux gives to no program that does not ask for them. Every program can still
 * bind them.
 *
 * @see https://docs.kernel.org/networking/ip-sysctl.html ip_local_reserved_ports
 */
export function readReservedPorts(path: string): Fact<readonly ExcludedRange[]> {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (error) {
    return { value: null, unknown: messageOf(error) }
  }
  const value = parseReservedPorts(text)
  return value === undefined ? { value: null, unknown: `${path} contains '${text}'` } : { value }
}

/** Parses a list such as `8080,9148-9150`. @returns undefined if the text is none */
function parseReservedPorts(text: string): readonly ExcludedRange[] | undefined {
  const ranges: ExcludedRange[] = []
  for (const part of text === '' ? [] : text.split(',')) {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? []
    const [startPort, endPort] = [Number(first), Number(last)]
    if (first === undefined || startPort > endPort || endPort > LAST_PORT) return undefined
    ranges.push({ startPort, endPort, administered: true })
  }
  return ranges
}
