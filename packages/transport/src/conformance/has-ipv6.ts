import { networkInterfaces } from 'node:os'

/** Whether this machine has an IPv6 loopback address, and a target may list the feature `'ipv6'`. */
export function hasIPv6(): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))
}
