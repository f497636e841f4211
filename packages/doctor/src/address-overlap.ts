/**
 * Whether two sockets at these addresses want the same port: the addresses are equal, or one of them is the wildcard of its
 * family. `::` counts for IPv4 too, because Node's servers accept both; a socket that is restricted to IPv6 is not told apart.
 */
export function overlaps(a: string, b: string): boolean {
  const first = withoutMapping(a)
  const second = withoutMapping(b)
  if (first === second || first === '::' || second === '::') return true
  return (first === '0.0.0.0' && !isIPv6(second)) || (second === '0.0.0.0' && !isIPv6(first))
}

/** `[::]:3000`, `127.0.0.1:3000` */
export function endpoint(address: string, port: number | string): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`
}

/** An IPv4 address as an IPv6 socket has it, `::ffff:127.0.0.1`, as plain IPv4. */
function withoutMapping(address: string): string {
  return address.startsWith('::') ? address.replace(/^::ffff:(?=\d+\.)/i, '') : address
}

/** Of an IP address. net.isIPv6 compiles a regular expression when it is called first, which takes longer than a whole diagnosis. */
function isIPv6(address: string): boolean {
  return address.includes(':')
}
