import {
  INET_PORT_RANGE,
  INET_PORT_RESERVATION_INSTANCE,
  INET_PORT_RESERVATION_TOKEN,
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
  WSAEACCES,
  WSAEINVAL,
  WSAENOTSOCK,
  WSAEOPNOTSUPP,
} from '@winport/definitions'
import type { MockSocket } from './mock-socket.js'
import type { PortPool, Reservation } from './port-pool.js'

/** The bytes returned, or an error number, negated. */
export type ControlResult = number

const range: INET_PORT_RANGE = { StartPort: 0, NumberOfPorts: 0 }
const instance: INET_PORT_RESERVATION_INSTANCE = { StartPort: 0, NumberOfPorts: 0, Token: 0n }
const handle: INET_PORT_RESERVATION_TOKEN = { Token: 0n }

/**
 * What the kernel does with WSAIoctl's bytes. It checks as Windows is taken to: the socket, its protocol, the buffers,
 * the arguments, the token, its owner, the socket's state.
 */
export function controlCall(
  socket: MockSocket,
  code: number,
  input: Uint8Array | null,
  output: Uint8Array | null,
): ControlResult {
  if (socket.state !== 'open') return -WSAENOTSOCK
  const { pool, supported } = socket.home
  if (pool === undefined || !supported) return -WSAEOPNOTSUPP
  switch (code) {
    case SIO_ACQUIRE_PORT_RESERVATION:
      return acquire(socket, pool, input, output)
    case SIO_ASSOCIATE_PORT_RESERVATION:
      return associate(socket, pool, input, output)
    case SIO_RELEASE_PORT_RESERVATION:
      return release(socket, pool, input, output)
    default:
      return -WSAEOPNOTSUPP
  }
}

function acquire(
  socket: MockSocket,
  pool: PortPool,
  input: Uint8Array | null,
  output: Uint8Array | null,
): ControlResult {
  if (input === null || input.length < INET_PORT_RANGE.size) return -WSAEINVAL
  if (output === null || output.length < INET_PORT_RESERVATION_INSTANCE.size) return -WSAEINVAL
  INET_PORT_RANGE.decode(input, range)
  const reservation = pool.acquire(socket.home.transport.pid, range.StartPort, range.NumberOfPorts)
  if (typeof reservation === 'number') return -reservation
  socket.anchor(reservation)
  instance.StartPort = reservation.startPort
  instance.NumberOfPorts = reservation.count
  instance.Token = reservation.token
  INET_PORT_RESERVATION_INSTANCE.encode(instance, output)
  return INET_PORT_RESERVATION_INSTANCE.size
}

function associate(
  socket: MockSocket,
  pool: PortPool,
  input: Uint8Array | null,
  output: Uint8Array | null,
): ControlResult {
  const reservation = findReservation(pool, input, output)
  if (reservation === undefined) return -WSAEINVAL
  const { pid, elevated } = socket.home.transport
  const allowed = reservation.pid === undefined ? elevated : reservation.pid === pid
  if (!allowed) return -WSAEACCES
  if (socket.binding !== undefined) return -WSAEINVAL
  socket.association = reservation
  return 0
}

function release(
  socket: MockSocket,
  pool: PortPool,
  input: Uint8Array | null,
  output: Uint8Array | null,
): ControlResult {
  const reservation = findReservation(pool, input, output)
  if (reservation?.pid === undefined) return -WSAEINVAL // persistent reservations are deleted, not released
  if (reservation.pid !== socket.home.transport.pid) return -WSAEACCES
  pool.release(reservation)
  return 0
}

function findReservation(pool: PortPool, input: Uint8Array | null, output: Uint8Array | null): Reservation | undefined {
  if (input === null || input.length < INET_PORT_RESERVATION_TOKEN.size || (output?.length ?? 0) > 0) return undefined
  return pool.findToken(INET_PORT_RESERVATION_TOKEN.decode(input, handle).Token)
}
