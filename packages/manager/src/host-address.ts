import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { invalidArgType } from '@winport/definitions'
import type { AddressFamily } from '@winport/transport'
import { untilAborted } from '@winport/transport/backend'

/** An address that a socket can be bound or connected to. */
export interface HostAddress {
  readonly address: string
  readonly family: AddressFamily
}

export const ANY_IPV4: HostAddress = { address: '0.0.0.0', family: 'ipv4' }
export const ANY_IPV6: HostAddress = { address: '::', family: 'ipv6' }

/** Resolves a host to its addresses, in the order of the resolver. An IP address resolves to itself. */
export async function resolveHost(
  host: unknown,
  signal: AbortSignal | undefined,
  family?: AddressFamily,
): Promise<readonly HostAddress[]> {
  if (typeof host !== 'string' || host === '') throw invalidArgType('host', 'a host name or an IP address', host)
  const version = isIP(host)
  if (version !== 0) return [{ address: host, family: version === 6 ? 'ipv6' : 'ipv4' }]
  const only = family === undefined ? 0 : family === 'ipv6' ? 6 : 4
  const found = await untilAborted(lookup(host, { all: true, family: only }), signal)
  return found.map(({ address, family: version }) => ({ address, family: version === 6 ? 'ipv6' : 'ipv4' }))
}
