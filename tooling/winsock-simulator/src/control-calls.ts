import {
  INET_PORT_RESERVATION_INSTANCE,
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
} from '@winport/definitions'
import type { IoctlOptions, Protocol, Transport, WinsockSocket } from '@winport/transport'
import { encodeRange, encodeToken } from '@winport/transport/conformance'

export { encodeRange, encodeToken }

/** Acquires a wildcard reservation with a blocking call. */
export function acquire(socket: WinsockSocket, count: number): INET_PORT_RESERVATION_INSTANCE {
  const output = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)
  socket.ioctl(SIO_ACQUIRE_PORT_RESERVATION, encodeRange(0, count), output)
  return INET_PORT_RESERVATION_INSTANCE.decode(output)
}

/** Acquires a wildcard reservation with an overlapped call. */
export async function acquireAsync(
  socket: WinsockSocket,
  count: number,
  options?: IoctlOptions,
): Promise<INET_PORT_RESERVATION_INSTANCE> {
  const output = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)
  await socket.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, encodeRange(0, count), output, options)
  return INET_PORT_RESERVATION_INSTANCE.decode(output)
}

/** Opens a socket and binds it with port 0. With a token, associates it with that reservation first. */
export function openBound(transport: Transport, protocol: Protocol = 'tcp', token?: bigint): WinsockSocket {
  const socket = transport.openSocket({ protocol })
  if (token !== undefined) socket.ioctl(SIO_ASSOCIATE_PORT_RESERVATION, encodeToken(token), null)
  socket.bind({ address: '127.0.0.1', port: 0 })
  return socket
}
