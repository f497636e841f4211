import type { BindOptions, PortRange } from '@winport/transport'
import { SystemCallError } from '@winport/transport'
import type { AcquireRequest } from './acquire-request.js'
import { ReservationError } from './reservation-error.js'

// What a system call's error means for whoever asked, and what to do about it. Errors that are not a system call's
// (a bug, an abort, an error of Node's own) come back as they are.

/** @param request start port 0 is a wildcard */
export function explainAcquire(error: unknown, request: PortRange): unknown {
  if (!(error instanceof SystemCallError)) return error
  const { protocol, startPort, count } = request
  if (error.code === 'WSAEADDRINUSE') {
    const problem =
      startPort === 0
        ? count === 1
          ? `No ${protocol.toUpperCase()} port is free: release a block, or close a socket.`
          : `No ${count} consecutive ${protocol.toUpperCase()} ports are free; ask for fewer.`
        : `${describeRange(request)} cannot be reserved: ${count === 1 ? 'it' : 'at least one'} is bound, reserved or excluded. ` +
          'Choose another start port, or leave it out to let Windows choose. ' +
          `\`netsh int ipv4 show excludedportrange ${protocol}\` lists what is excluded.`
    return new ReservationError('ERR_PORT_RANGE_IN_USE', problem, error)
  }
  return explainUnsupported(error) ?? explainOther(`Could not reserve ${describeRange(request)}`, error)
}

/** For a search in which no place was granted. @param refusals of each place, in the order of the search */
export function explainSearch(refusals: readonly ReservationError[], request: AcquireRequest): ReservationError {
  const { protocol, count, within, startPort } = request
  const ports = `${protocol?.toUpperCase() ?? 'TCP and UDP'} port${count === 1 ? '' : 's'}`
  const reason = `${count === 1 ? 'it' : 'at least one'} is bound, reserved or excluded`
  const cause = new AggregateError(refusals, 'Each place was refused')
  if (within !== undefined) {
    const [from, to] = within
    const what = count === 1 ? `No ${ports}` : `No ${count} consecutive ${ports}`
    const where = refusals.length === 1 ? '' : `at each of ${refusals.length} places `
    const problem = `${what} from ${from} to ${to} can be reserved: ${where}${reason}. Choose another range.`
    return new ReservationError('ERR_PORT_RANGE_IN_USE', problem, cause)
  }
  const starts = [...(startPort as Iterable<number>)].map((start) => (start === 0 ? 'anywhere' : start))
  const more = starts.length - MOST_NAMED
  const named = starts.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '')
  const remedy = starts.includes('anywhere')
    ? 'Ask for fewer, or release a block.'
    : 'Choose others, or add 0 to let Windows choose.'
  const problem = `${count} ${ports} cannot be reserved at any of ${named}: each time ${reason}. ${remedy}`
  return new ReservationError('ERR_PORT_RANGE_IN_USE', problem, cause)
}

/**
 * For a search for the same range of both protocols in which the kernel chooses.
 *
 * @param offered how many blocks it offered for TCP
 */
export function explainUnmatched(
  refusals: readonly ReservationError[],
  offered: number,
  count: number,
): ReservationError {
  const what = count === 1 ? 'There is no port' : `There are no ${count} consecutive ports`
  const blocks = offered === 1 ? 'the one place' : `each of ${offered} places`
  const reason = offered === 0 ? 'none is free for TCP' : `${blocks} that Windows offered for TCP was refused for UDP`
  const remedy = count === 1 ? 'Say where.' : 'Ask for fewer, or say where.'
  const problem = `${what} free for both TCP and UDP: ${reason}. ${remedy}`
  return new ReservationError('ERR_PORT_RANGE_IN_USE', problem, new AggregateError(refusals, 'Each place was refused'))
}

/** @param block the block that a port was asked of, with `port` if a certain one was */
export function explainUse(
  error: unknown,
  block: PortRange,
  kind: 'runtime' | 'persistent',
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

/** For a call on a block that may not be used any more. */
export function explainEnd(block: PortRange, kind: 'runtime' | 'persistent'): ReservationError {
  const problem =
    kind === 'runtime'
      ? `The reservation of ${describeRange(block)} was released: acquire a new one.`
      : `The manager of ${describeRange(block)} was closed: look the reservation up on a new one.`
  return new ReservationError('ERR_RESERVATION_RELEASED', problem)
}

/** For an anchor that did not close properly. */
export function explainRelease(error: unknown, block: PortRange): unknown {
  if (!(error instanceof SystemCallError)) return error
  return explainOther(`The reservation of ${describeRange(block)} is over, but closing its socket failed`, error)
}

/** @param verb what was to be done: 'create', 'look up' or 'delete' */
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
        `There is no persistent reservation of exactly ${describeRange(range)}; a part of one, or more than one, does not count.`,
        error,
      )
    default:
      return (
        explainUnsupported(error) ?? explainOther(`Could not ${verb} the reservation of ${describeRange(range)}`, error)
      )
  }
}

/** A range in words: `TCP ports 5000-5019`, `TCP port 5000`, or `20 TCP ports` if its start is open. */
export function describeRange({ protocol, startPort, count }: PortRange): string {
  const name = protocol.toUpperCase()
  if (startPort === 0) return `${count} ${name} port${count === 1 ? '' : 's'}`
  return count === 1 ? `${name} port ${startPort}` : `${name} ports ${startPort}-${startPort + count - 1}`
}

/** How many start ports a message names. */
const MOST_NAMED = 8

const MISSING: ReadonlySet<string> = new Set(['WSAEOPNOTSUPP', 'ERROR_PROC_NOT_FOUND', 'ERROR_NOT_SUPPORTED'])

function explainUnsupported(error: SystemCallError): ReservationError | undefined {
  if (!MISSING.has(error.code)) return undefined
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
