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
import { type CallResult, failedWith } from '@winport/transport/backend'
import type { Search } from './host-ports.js'
import type { MockSocket } from './mock-socket.js'
import type { PortPool, Reservation } from './port-pool.js'

const range: INET_PORT_RANGE = { StartPort: 0, NumberOfPorts: 0 }
const instance: INET_PORT_RESERVATION_INSTANCE = { StartPort: 0, NumberOfPorts: 0, Token: 0n }
const handle: INET_PORT_RESERVATION_TOKEN = { Token: 0n }

/**
 * Carries out a control call. The order of the checks is assumed: the socket, its protocol, the buffers, the arguments,
 * the token, its owner, the socket's state.
 *
 * @param found the result of {@link searchForCall}, if it has run
 */
export function controlCall(
  socket: MockSocket,
  code: number,
  input: Uint8Array | null,
  output: Uint8Array | null,
  found?: number,
): CallResult {
  if (socket.state !== 'open') return failedWith(WSAENOTSOCK)
  const { pool, process } = socket
  if (pool === undefined || !process.kernel.supported) return failedWith(WSAEOPNOTSUPP)
  switch (code) {
    case SIO_ACQUIRE_PORT_RESERVATION:
      return acquire(socket, pool, input, output, found)
    case SIO_ASSOCIATE_PORT_RESERVATION:
      return associate(socket, pool, input, output)
    case SIO_RELEASE_PORT_RESERVATION:
      return release(socket, pool, input, output)
    default:
      return failedWith(WSAEOPNOTSUPP)
  }
}

/** The search for ports that an ACQUIRE on an open socket needs, if it needs one. */
export function searchForCall(socket: MockSocket, code: number, input: Uint8Array | null): Search | undefined {
  if (code !== SIO_ACQUIRE_PORT_RESERVATION || input === null || input.length < INET_PORT_RANGE.size) return undefined
  INET_PORT_RANGE.decode(input, range)
  return socket.pool?.searchForAcquire(socket, range.StartPort, range.NumberOfPorts)
}

function acquire(
  socket: MockSocket,
  pool: PortPool,
  input: Uint8Array | null,
  output: Uint8Array | null,
  found: number | undefined,
): CallResult {
  if (input === null || input.length < INET_PORT_RANGE.size) return failedWith(WSAEINVAL)
  if (output === null || output.length < INET_PORT_RESERVATION_INSTANCE.size) return failedWith(WSAEINVAL)
  const { errors } = socket.process.kernel
  if (socket.binding !== undefined && errors.acquireOnBound !== 0) return failedWith(errors.acquireOnBound)
  if (socket.acquired !== undefined && errors.secondAcquire !== 0) return failedWith(errors.secondAcquire)
  INET_PORT_RANGE.decode(input, range)
  const reservation = pool.acquire(socket, range.StartPort, range.NumberOfPorts, found)
  if (typeof reservation === 'number') return failedWith(reservation)
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
): CallResult {
  const reservation = findReservation(pool, input, output)
  if (typeof reservation === 'number') return failedWith(reservation)
  const { process } = socket
  const { world, errors } = process.kernel
  if (reservation.pid === undefined && !process.elevated) return failedWith(WSAEACCES)
  if (reservation.pid !== undefined && reservation.pid !== process.pid) return failedWith(errors.foreignToken)
  if (!serves(reservation, socket)) return failedWith(errors.unknownToken)
  if (socket.binding !== undefined) {
    return errors.boundSocketAssociated === 0 ? world.bytesReturned : failedWith(errors.boundSocketAssociated)
  }
  socket.association = reservation
  if (reservation.anchor === socket && world.blockServed === 'anchor-associated') reservation.served = true
  return world.bytesReturned
}

function release(socket: MockSocket, pool: PortPool, input: Uint8Array | null, output: Uint8Array | null): CallResult {
  const reservation = findReservation(pool, input, output)
  if (typeof reservation === 'number') return failedWith(reservation)
  const { process } = socket
  const { world, errors } = process.kernel
  if (reservation.pid === undefined) return failedWith(errors.unknownToken) // only Delete ends it
  if (reservation.pid !== process.pid) return failedWith(errors.foreignToken)
  if (reservation.anchor !== socket && errors.releaseThroughOther !== 0) return failedWith(errors.releaseThroughOther)
  if (pool.isReleaseRefused(reservation)) return failedWith(errors.releaseWhileBound)
  pool.release(reservation)
  return world.bytesReturned
}

/** Whether the token serves sockets of this family. An IPv6 anchor is dual-stack: IPv6 sockets reach IPv4 through it. */
function serves({ anchor }: Reservation, { family, process }: MockSocket): boolean {
  if (process.kernel.world.tokenServes === 'both-families' || anchor === undefined) return true
  return anchor.family === family
}

function findReservation(pool: PortPool, input: Uint8Array | null, output: Uint8Array | null): Reservation | number {
  if (input === null || input.length < INET_PORT_RESERVATION_TOKEN.size || (output?.length ?? 0) > 0) return WSAEINVAL
  return pool.findToken(INET_PORT_RESERVATION_TOKEN.decode(input, handle).Token)
}
