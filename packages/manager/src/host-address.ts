import type { LookupAddress, LookupAllOptions } from 'node:dns'
import { type AddressInfo, isIP } from 'node:net'
import { invalidArgType } from '@winport/definitions'
import type { AddressFamily } from '@winport/transport'
import { untilAborted } from '@winport/transport/backend'

/** An address that a socket can be bound or connected to. */
export interface HostAddress {
  readonly address: string
  readonly family: AddressFamily
}

/** A function with the signature of Node's `dns.lookup`. */
export type HostLookup = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

export interface LookupOptions {
  /** Default: both. */
  readonly family?: AddressFamily | undefined
  readonly hints?: number | undefined
  readonly lookup?: HostLookup | undefined
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

/** An IP address with its family; undefined for a name. */
export function toHostAddress(address: string): HostAddress | undefined {
  const version = isIP(address)
  return version === 0 ? undefined : { address, family: toFamily(version) }
}

/** Whether a host is absent: Node takes `null` and `''` for that. */
export function isNoHost(host: unknown): host is undefined | null | '' {
  return host === undefined || host === null || host === ''
}

/** Resolves a host to its addresses, in the order of the resolver. An IP address resolves to itself. */
export async function resolveHost(
  host: unknown,
  signal: AbortSignal | undefined,
  { family, hints, lookup }: LookupOptions = {},
): Promise<readonly HostAddress[]> {
  if (typeof host !== 'string') throw invalidArgType('host', 'a host name or an IP address', host)
  const known = toHostAddress(host)
  if (known !== undefined) return [known]
  const only = family === undefined ? 0 : family === 'ipv6' ? 6 : 4
  const options: LookupAllOptions = { all: true, family: only, ...(hints === undefined ? {} : { hints }) }
  const found = lookup === undefined ? lookUp(host, options) : lookUpBy(lookup, host, options)
  return (await untilAborted(found, signal)).map(({ address, family: version }) => ({
    address,
    family: toFamily(version),
  }))
}

/** Loads the resolver: few programs need it. */
async function lookUp(host: string, options: LookupAllOptions): Promise<LookupAddress[]> {
  const { lookup } = await import('node:dns/promises')
  return await lookup(host, options)
}

function lookUpBy(lookup: HostLookup, host: string, options: LookupAllOptions): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookup(host, options, (error, addresses) => (error ? reject(error) : resolve(addresses)))
  })
}

function toFamily(version: number): AddressFamily {
  return version === 6 ? 'ipv6' : 'ipv4'
}
