import { lookup } from 'node:dns/promises'
import { type AddressInfo, isIP } from 'node:net'
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

const MAPPED = '::ffff:'

/** The same address on a dual-stack IPv6 socket. */
export function toIpv6(at: HostAddress): HostAddress {
  return at.family === 'ipv6' ? at : { address: MAPPED + at.address, family: 'ipv6' }
}

/** An IPv4-mapped IPv6 address as IPv4; every other address unchanged. */
export function toIpv4(info: AddressInfo): AddressInfo {
  if (!info.address.startsWith(MAPPED)) return info
  return { ...info, address: info.address.slice(MAPPED.length), family: 'IPv4' }
}

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
