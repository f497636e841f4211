import { readFileSync } from 'node:fs'
import { LAST_PORT } from '@winport/definitions'
import { messageOf } from '../message-of.js'
import type { DynamicPorts, Fact } from './fact.js'

/** Reads the ephemeral ports of this network namespace, the same for TCP and UDP. */
export function readEphemeralPorts(path = '/proc/sys/net/ipv4/ip_local_port_range'): Fact<DynamicPorts> {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (error) {
    return { value: null, unknown: messageOf(error) }
  }
  const [from = 0, to = 0] = text.split(/\s+/).map(Number)
  if (from >= 1 && from <= to && to <= LAST_PORT) return { value: { startPort: from, count: to - from + 1 } }
  return { value: null, unknown: `${path} contains '${text}'` }
}
