import { readFileSync } from 'node:fs'
import { LAST_PORT } from '@winport/definitions'
import { messageOf } from '@winport/transport/backend'
import type { Fact } from '../fact.js'
import type { PortSpan } from '../port-span.js'

/** Reads the ephemeral ports of this network namespace, the same for TCP and UDP. */
export function readEphemeralPorts(path = '/proc/sys/net/ipv4/ip_local_port_range'): Fact<PortSpan> {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (error) {
    return { value: null, unknown: messageOf(error) }
  }
  const [startPort = 0, endPort = 0] = text.split(/\s+/).map(Number)
  if (startPort >= 1 && startPort <= endPort && endPort <= LAST_PORT) return { value: { startPort, endPort } }
  return { value: null, unknown: `${path} contains '${text}'` }
}
