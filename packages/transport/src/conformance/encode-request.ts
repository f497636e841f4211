import { INET_PORT_RANGE, INET_PORT_RESERVATION_TOKEN } from '@winport/definitions'

/** A range in host order as an INET_PORT_RANGE; start port 0 is a wildcard. */
export function encodeRange(startPort: number, count: number): Uint8Array {
  const bytes = new Uint8Array(INET_PORT_RANGE.size)
  INET_PORT_RANGE.encode({ StartPort: startPort, NumberOfPorts: count }, bytes)
  return bytes
}

/** A token as an INET_PORT_RESERVATION_TOKEN. */
export function encodeToken(token: bigint): Uint8Array {
  const bytes = new Uint8Array(INET_PORT_RESERVATION_TOKEN.size)
  INET_PORT_RESERVATION_TOKEN.encode({ Token: token }, bytes)
  return bytes
}
