import { UNSUPPORTED_ERRORS } from '@winport/definitions'
import type { BindOptions, PortRange } from '@winport/transport'
import { SystemCallError } from '@winport/transport'
import type { AcquireRequest } from './acquire-request.js'
import { ReservationError } from './reservation-error.js'

// Turns the error of a system call into one that says what was asked, what was found and what to do. Every other error
// (a bug, an abort, an error of Node) is returned unchanged.

export type ReservationKind = 'runtime' | 'persistent'

/** @param request start port 0 is a wildcard */
export function explainAcquire(error: unknown, request: PortRange): unknown {
  if (!(error instanceof SystemCallError)) return error
  const { protocol, startPort, count } = request
  if (error.code === 'WSAEADDRINUSE') {
    const problem =
      startPort === 0
        ? count === 1
          ? `No ${protocol.toUpperCase()} port is free: release a block, or close a socket.`
          : `No ${count} consecutive ${protocol.toUpperCase()} ports are free: ask for fewer.`
        : `${describeRange(request)} cannot be reserved: ${count === 1 ? 'it' : 'at least one'} is bound, reserved or excluded. ` +
          'Choose another start port, or leave it out to let Windows choose. ' +
          `\`netsh int ipv4 show excludedportrange ${protocol}\` lists what is excluded.`
    return new ReservationError('ERR_PORT_RANGE_IN_USE', problem, error)
  }
  return explainUnsupported(error) ?? explainOther(`Could not reserve ${describeRange(request)}`, error)
}

/** For a search in which no candidate was granted. @param refusals of each candidate, in order */
export function explainSearch(refusals: readonly ReservationError[], request: AcquireRequest): ReservationError {
  const { protocol, count, within, startPort } = request
  const ports = `${protocol?.toUpperCase() ?? 'TCP and UDP'} port${count === 1 ? '' : 's'}`
  const reason = `${count === 1 ? 'it' : 'at least one'} is bound, reserved or excluded`
  const cause = new AggregateError(refusals, 'Every candidate was refused')
  if (within !== undefined) {
    const [from, to] = within
    const what = count === 1 ? `No ${ports}` : `No ${count} consecutive ${ports}`
    const where = refusals.length === 1 ? '' : `at each of ${refusals.length} start ports `
    const problem = `${what} from ${from} to ${to} can be reserved: ${where}${reason}. Choose another range.`
    return new ReservationError('ERR_PORT_RANGE_IN_USE', problem, cause)
  }
  const starts = [...(startPort as Iterable<number>)].map((start) => (start === 0 ? 'anywhere' : start))
  const more = starts.length - MOST_NAMED
  const named = starts.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '')
  const remedy = starts.includes('anywhere')
    ? 'Ask for fewer, or release a block.'
    : 'Choose other start ports, or add 0 to let Windows choose.'
  const problem = `${count} ${ports} cannot be reserved at any of ${named}: each time ${reason}. ${remedy}`
  return new ReservationError('ERR_PORT_RANGE_IN_USE', problem, cause)
}

/**
 * For a search for the same range of both protocols where the kernel chooses it.
 *
 * @param offered how many ranges the kernel granted for TCP
 */
export function explainUnmatched(
  refusals: readonly ReservationError[],
  offered: number,
  count: number,
): ReservationError {
  const what = count === 1 ? 'There is no port' : `There are no ${count} consecutive ports`
  const ranges = offered === 1 ? 'the one range' : `each of ${offered} ranges`
  const reason = offered === 0 ? 'none is free for TCP' : `${ranges} that Windows offered for TCP was refused for UDP`
  const remedy = count === 1 ? 'Give a start port.' : 'Ask for fewer ports, or give a start port.'
  const problem = `${what} free for both TCP and UDP: ${reason}. ${remedy}`
  return new ReservationError(
    'ERR_PORT_RANGE_IN_USE',
    problem,
    new AggregateError(refusals, 'Every candidate was refused'),
  )
}

/** For a call that uses a port of a block. @param port 0 is any free one */
export function explainUse(
  error: unknown,
  block: PortRange,
  kind: ReservationKind,
  port: number,
  { reuseAddr = false }: BindOptions = {},
): unknown {
  if (!(error instanceof SystemCallError)) return error
  const { code } = error
  const associating = error.syscall.includes('SIO_ASSOCIATE_PORT_RESERVATION')
  if (associating && code === 'WSAEINVAL') {
    return new ReservationError(
      'ERR_RESERVATION_NOT_FOUND',
      `The reservation of ${describeRange(block)} is gone: the system no longer knows its token. ` +
        (kind === 'persistent' ? 'Tokens change at a restart: look it up again.' : 'Acquire a new one.'),
      error,
    )
  }
  if (associating && code === 'WSAEACCES' && kind === 'persistent') return elevationRequired(block, error)
  if (code === 'WSAEACCES' && error.syscall === 'bind' && reuseAddr) {
    const problem = `${describeRange({ ...block, startPort: port, count: 1 })} is in use by a socket that does not share it: all of them need reuseAddr.`
    return new ReservationError('EADDRINUSE', problem, error)
  }
  if (code === 'WSAEADDRINUSE' && error.syscall === 'bind') {
    if (port !== 0) {
      const problem = `${describeRange({ ...block, startPort: port, count: 1 })} is in use: close its socket, or leave the port out to get a free one.`
      return new ReservationError('EADDRINUSE', problem, error)
    }
    const inUse = block.count === 1 ? `${describeRange(block)} is in use` : `All of ${describeRange(block)} are in use`
    return new ReservationError(
      'ERR_RESERVATION_EXHAUSTED',
      `${inUse}: close a socket, or reserve a larger block.`,
      error,
    )
  }
  const what = port === 0 ? `a port of ${describeRange(block)}` : `port ${port} of ${describeRange(block)}`
  return explainUnsupported(error) ?? explainOther(`Could not use ${what}`, error)
}

/** For a call on a block that can no longer be used. */
export function explainEnd(block: PortRange, kind: ReservationKind): ReservationError {
  const problem =
    kind === 'runtime'
      ? `The reservation of ${describeRange(block)} was released: acquire a new one.`
      : `The manager of ${describeRange(block)} was closed: look the reservation up on a new one.`
  return new ReservationError('ERR_RESERVATION_RELEASED', problem)
}

/** For an anchor whose close failed. */
export function explainRelease(error: unknown, block: PortRange): unknown {
  if (!(error instanceof SystemCallError)) return error
  return explainOther(`The reservation of ${describeRange(block)} has ended, but closing its socket failed`, error)
}

/** @param verb 'create', 'look up' or 'delete' */
export function explainPersistent(error: unknown, range: PortRange, verb: string): unknown {
  if (!(error instanceof SystemCallError)) return error
  switch (error.code) {
    case 'ERROR_ACCESS_DENIED':
      return elevationRequired(range, error)
    case 'ERROR_SHARING_VIOLATION':
      return new ReservationError(
        'ERR_PORT_RANGE_IN_USE',
        `${describeRange(range)} cannot be reserved: ${range.count === 1 ? 'it' : 'at least one'} is in use or reserved. Choose another range.`,
        error,
      )
    case 'ERROR_NOT_FOUND':
      return new ReservationError(
        'ERR_RESERVATION_NOT_FOUND',
        `No persistent reservation was created with exactly ${describeRange(range)}: give the range that it was created with.`,
        error,
      )
    default:
      return (
        explainUnsupported(error) ?? explainOther(`Could not ${verb} the reservation of ${describeRange(range)}`, error)
      )
  }
}

/** A range in words: `TCP ports 5000-5019`, `TCP port 5000`, or `20 TCP ports` if the kernel chooses the start. */
export function describeRange({ protocol, startPort, count }: PortRange): string {
  const name = protocol.toUpperCase()
  if (startPort === 0) return `${count} ${name} port${count === 1 ? '' : 's'}`
  return count === 1 ? `${name} port ${startPort}` : `${name} ports ${startPort}-${startPort + count - 1}`
}

/** How many start ports a message names. */
const MOST_NAMED = 8

function explainUnsupported(error: SystemCallError): ReservationError | undefined {
  if (!UNSUPPORTED_ERRORS.has(error.code)) return undefined
  return new ReservationError(
    'ERR_RESERVATION_UNSUPPORTED',
    `This system does not offer port reservations (${error.syscall}: ${error.code}). They need Windows Vista or later; Wine has none.`,
    error,
  )
}

function elevationRequired(range: PortRange, error: SystemCallError): ReservationError {
  return new ReservationError(
    'ERR_ELEVATION_REQUIRED',
    `The persistent reservation of ${describeRange(range)} needs an elevated process: run it as administrator.`,
    error,
  )
}

function explainOther(problem: string, error: SystemCallError): ReservationError {
  return new ReservationError(error.nodeCode ?? error.code, `${problem}. ${error.message}`, error)
}
