/**
 * Whether an IP address is one of IPv6. net.isIPv6 compiles a regular expression for that, and its first call takes as long as a
 * third of Node's start.
 */
export function hasIpv6Form(address: string): boolean {
  return address.includes(':')
}
