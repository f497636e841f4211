import {
  INET_PORT_RANGE,
  INET_PORT_RESERVATION_INSTANCE,
  INET_PORT_RESERVATION_TOKEN,
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
} from '@winport/definitions'
import type { IoctlOptions, WinsockSocket } from '@winport/transport'

export interface Grant {
  readonly startPort: number
  readonly count: number
  readonly token: bigint
}

export function rangeBytes(startPort: number, count: number): Uint8Array {
  const bytes = new Uint8Array(INET_PORT_RANGE.size)
  INET_PORT_RANGE.encode({ StartPort: startPort, NumberOfPorts: count }, bytes)
  return bytes
}

export function tokenBytes(token: bigint): Uint8Array {
  const bytes = new Uint8Array(INET_PORT_RESERVATION_TOKEN.size)
  INET_PORT_RESERVATION_TOKEN.encode({ Token: token }, bytes)
  return bytes
}

export function acquire(socket: WinsockSocket, startPort: number, count: number): Grant {
  const output = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)
  socket.ioctl(SIO_ACQUIRE_PORT_RESERVATION, rangeBytes(startPort, count), output)
  return grantIn(output)
}

export async function acquireAsync(
  socket: WinsockSocket,
  startPort: number,
  count: number,
  options?: IoctlOptions,
): Promise<Grant> {
  const output = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)
  await socket.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, rangeBytes(startPort, count), output, options)
  return grantIn(output)
}

export function associate(socket: WinsockSocket, token: bigint): void {
  socket.ioctl(SIO_ASSOCIATE_PORT_RESERVATION, tokenBytes(token), null)
}

export function release(socket: WinsockSocket, token: bigint): void {
  socket.ioctl(SIO_RELEASE_PORT_RESERVATION, tokenBytes(token), null)
}

function grantIn(output: Uint8Array): Grant {
  const { StartPort, NumberOfPorts, Token } = INET_PORT_RESERVATION_INSTANCE.decode(output)
  return { startPort: StartPort, count: NumberOfPorts, token: Token }
}
