import { ipHelperError, winsockError } from '@winport/definitions'
import type { BindOptions, PortRange, Protocol } from '@winport/transport'
import { isSystemCallError, type SystemCallFailure } from '@winport/transport/backend'
import type { AcquireRequest } from './acquire-request.js'
import { hintText, type RefusalHint } from './refusal-hint.js'
import { meaningOf, otherMeaning } from './refusals.js'
import { ReservationError } from './reservation-error.js'

// Turns the error of a system call into one that says what was asked, what was found and what to do. Every other error
// (a bug, an abort, an error of Node) is returned unchanged.

/** 'opened' is a runtime reservation of another manager of this process. */
export type ReservationKind = 'runtime' | 'persistent' | 'opened'

/** For the socket of an ACQUIRE. */
export function explainAnchor(error: unknown, request: PortRange): unknown {
  return isSystemCallError(error) ? explainOther(`Could not reserve ${describeRange(request)}`, error) : error
}

/** For ACQUIRE. @param request start port 0 is a wildcard */
export function explainAcquire(error: unknown, request: PortRange, hint?: RefusalHint): unknown {
  if (!isSystemCallError(error)) return error
  const { protocol, startPort, count } = request
  switch (meaningOfAcquire(error, startPort)) {
    case 'taken': {
      const problem =
        startPort === 0
          ? count === 1
            ? `No ${protocol.toUpperCase()} port is free: release a block, or close a socket.`
            : `No ${count} consecutive ${protocol.toUpperCase()} ports are free: ask for fewer.`
          : `${describeRange(request)} cannot be reserved: ${count === 1 ? 'it' : 'at least one'} is bound, reserved or excluded. ` +
            `Choose another start port, or leave it out to let the system choose.${hint === undefined ? listOfExclusions(protocol) : ''}`
      const message = problem + otherMeaning(error.code) + (startPort === 0 ? '' : hintText(hint, request))
      return new ReservationError('ERR_PORT_RANGE_IN_USE', message, error)
    }
    case 'unsupported':
      return unsupported(error)
    default:
      return explainAnchor(error, request)
  }
}

/** Whether ACQUIRE failed because the ports are taken. */
export function isRefused(error: unknown, startPort: number): boolean {
  return isSystemCallError(error) && meaningOfAcquire(error, startPort) === 'taken'
}

function meaningOfAcquire(error: SystemCallFailure, startPort: number): ReturnType<typeof meaningOf> {
  return meaningOf(error, startPort === 0 ? 'acquire-wildcard' : 'acquire-range')
}

/**
 * For a search in which no place was granted.
 *
 * @param refusals of the places that were tried: the first of them if there were many
 * @param refused how many places were refused
 * @param covered the ports of which every start port was tried, if the kernel was to choose
 */
export function explainSearch(
  refusals: readonly ReservationError[],
  refused: number,
  { protocol, count, places, within }: AcquireRequest,
  covered: readonly [from: number, to: number] | undefined,
  hint: RefusalHint | undefined,
): ReservationError {
  const ports = `${protocol?.toUpperCase() ?? 'TCP and UDP'} port${count === 1 ? '' : 's'}`
  const reason = `${count === 1 ? 'it' : 'at least one'} is bound, reserved or excluded`
  const which =
    refused > refusals.length
      ? `Each of ${refused} places was refused; the first ${refusals.length} refusals are here`
      : 'Every place was refused'
  const cause = refusals.length === 0 ? undefined : new AggregateError(refusals, which)
  const isAnywhere = places.includes('anywhere')
  const range = within ?? covered
  let problem: string
  if (within !== undefined || (isAnywhere && places.length === 1)) {
    const what = count === 1 ? `No ${ports}` : `No ${count} consecutive ${ports}`
    const between = range === undefined ? '' : ` from ${range[0]} to ${range[1]}`
    const elsewhere = within !== undefined && isAnywhere ? ' or elsewhere' : ''
    const where = range !== undefined && range[1] - range[0] + 1 === count ? '' : 'at every start port '
    const remedy = isAnywhere ? 'Ask for fewer, or release a block.' : 'Choose another range.'
    problem = `${what}${between}${elsewhere} can be reserved: ${where}${reason}. ${remedy}`
  } else {
    const starts = places.map((place) => (place === 'anywhere' ? place : place[0]))
    const more = starts.length - MOST_NAMED
    const named = starts.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '')
    const remedy = isAnywhere
      ? 'Ask for fewer, or release a block.'
      : 'Choose other start ports, or add 0 to let the system choose.'
    problem = `${count} ${ports} cannot be reserved at any of ${named}: each time ${reason}. ${remedy}`
  }
  // A range that was asked for, or the first of the start ports.
  const [first = 'anywhere'] = places.filter((place) => place !== 'anywhere')
  const asked = within ?? (first === 'anywhere' ? undefined : [first[0], first[0] + count - 1])
  const message =
    problem + otherMeanings(refusals) + (asked === undefined ? '' : hintText(hint, rangeOf(asked, protocol)))
  return new ReservationError('ERR_PORT_RANGE_IN_USE', message, cause)
}

/** For ASSOCIATE. @param isCurrent whether the system still has the reservation, if that is known */
export function explainAssociate(
  error: unknown,
  block: PortRange,
  kind: ReservationKind,
  port: number,
  isCurrent: boolean | undefined,
): unknown {
  if (!isSystemCallError(error)) return error
  switch (meaningOf(error, 'associate')) {
    case 'gone':
      return gone(block, kind, error)
    case 'gone-or-not-elevated':
      return kind === 'persistent' && isCurrent !== false ? elevationRequired(block, error) : gone(block, kind, error)
    case 'unsupported':
      return unsupported(error)
    default:
      return explainUse(error, block, port)
  }
}

/**
 * For the bind of an associated socket.
 *
 * @param port 0 is any free one
 * @param isCurrent whether the system still has the reservation, if that is known
 */
export function explainBind(
  error: unknown,
  block: PortRange,
  kind: ReservationKind,
  port: number,
  { reuseAddr = false }: BindOptions,
  isCurrent: boolean | undefined,
  hint: RefusalHint | undefined,
): unknown {
  if (!isSystemCallError(error)) return error
  if (isCurrent === false) return gone(block, kind, error)
  switch (meaningOf(error, port === 0 ? 'bind-any-port' : 'bind-given-port')) {
    case 'exhausted': {
      const inUse =
        block.count === 1 ? `${describeRange(block)} is in use` : `All of ${describeRange(block)} are in use`
      const problem = `${inUse}: close a socket, or reserve a larger block.${otherMeaning(error.code)}`
      return new ReservationError('ERR_RESERVATION_EXHAUSTED', problem, error)
    }
    case 'taken': {
      const refused = { protocol: block.protocol, startPort: port, count: 1 }
      const inUse = `${describeRange(refused)} is in use`
      const problem =
        reuseAddr && error.code === 'WSAEACCES'
          ? `${inUse} by a socket that does not share it: all of them need reuseAddr.`
          : `${inUse}: close its socket, or leave the port out to get a free one.${otherMeaning(error.code)}`
      return new ReservationError('EADDRINUSE', problem + hintText(hint, refused), error)
    }
    default:
      return explainUse(error, block, port)
  }
}

/** For every other step of a call that uses a port of a block. @param port 0 is any free one */
export function explainUse(error: unknown, block: PortRange, port: number): unknown {
  if (!isSystemCallError(error)) return error
  const what = port === 0 ? `a port of ${describeRange(block)}` : `port ${port} of ${describeRange(block)}`
  return explainOther(`Could not use ${what}`, error)
}

/** For a block that was acquired, but of which no socket ever got a port. */
export function explainUnserved(error: unknown, block: PortRange): unknown {
  if (!isSystemCallError(error)) return error
  const problem =
    `Windows reserved ${describeRange(block)}, but gives none of them to a socket that is associated with the reservation ` +
    `(${answerOf(error)}), even after the anchor is associated and bound. Please report this with your build of Windows.`
  return new ReservationError('ERR_RESERVATION_UNSUPPORTED', problem, error)
}

/** For an associated socket that the system bound to a port outside the block. */
export function explainOutside(block: PortRange, port: number): ReservationError {
  const problem =
    `Windows bound a socket that is associated with ${describeRange(block)} to port ${port}, which is not in the block. ` +
    'Please report this with your build of Windows.'
  return new ReservationError('ERR_RESERVATION_UNSUPPORTED', problem)
}

/** For a call on a block that can no longer be used. */
export function explainEnd(block: PortRange, kind: ReservationKind): ReservationError {
  const problem =
    kind === 'runtime'
      ? `The reservation of ${describeRange(block)} was released: acquire a new one.`
      : kind === 'opened'
        ? `${describeRange(block)} was forgotten here by release(), or its manager was closed: open it again.`
        : `The manager of ${describeRange(block)} was closed: look the reservation up on a new one.`
  return new ReservationError('ERR_RESERVATION_RELEASED', problem)
}

/** For a block that cannot be opened here. @param scope where its token is valid @param here where this transport's are */
export function explainScope(block: PortRange, scope: string, here: string): ReservationError {
  const problem =
    `${describeRange(block)} cannot be opened here: a token is valid only where the block was acquired, by ${scope}, and this is ` +
    `${here}. Acquire a block of its own here, or pass sockets instead: child.send(message, server).`
  return new ReservationError('ERR_RESERVATION_UNSUPPORTED', problem)
}

/** For an anchor whose close failed. */
export function explainRelease(error: unknown, block: PortRange): unknown {
  if (!isSystemCallError(error)) return error
  return explainOther(`The reservation of ${describeRange(block)} has ended, but closing its socket failed`, error)
}

export function explainPersistent(
  error: unknown,
  range: PortRange,
  verb: 'create' | 'lookup' | 'delete',
  hint: RefusalHint | undefined,
): unknown {
  if (!isSystemCallError(error)) return error
  switch (meaningOf(error, `persistent-${verb}`)) {
    case 'not-elevated':
      return elevationRequired(range, error)
    case 'taken':
      return new ReservationError(
        'ERR_PORT_RANGE_IN_USE',
        `${describeRange(range)} cannot be reserved: ${range.count === 1 ? 'it' : 'at least one'} is in use or reserved. Choose another range.${hintText(hint, range)}`,
        error,
      )
    case 'gone':
      return new ReservationError(
        'ERR_RESERVATION_NOT_FOUND',
        `No persistent reservation was created with exactly ${describeRange(range)}: give the range that it was created with.`,
        error,
      )
    case 'unsupported':
      return unsupported(error)
    default:
      return explainOther(
        `Could not ${verb === 'lookup' ? 'look up' : verb} the reservation of ${describeRange(range)}`,
        error,
      )
  }
}

function rangeOf([from, to]: readonly [from: number, to: number], protocol: Protocol = 'tcp'): PortRange {
  return { protocol, startPort: from, count: to - from + 1 }
}

/** A range in words: `TCP ports 5000-5019`, `TCP port 5000`, or `20 TCP ports` if the kernel chooses the start. */
export function describeRange({ protocol, startPort, count }: PortRange): string {
  const name = protocol.toUpperCase()
  if (startPort === 0) return `${count} ${name} port${count === 1 ? '' : 's'}`
  return count === 1 ? `${name} port ${startPort}` : `${name} ports ${startPort}-${startPort + count - 1}`
}

/** Says how to list the ports that an administrator excluded, where there is a command for it. */
function listOfExclusions(protocol: Protocol): string {
  if (process.platform !== 'win32') return ''
  return ` \`netsh int ipv4 show excludedportrange ${protocol}\` lists what is excluded.`
}

function otherMeanings(refusals: readonly ReservationError[]): string {
  const codes = new Set(refusals.map(({ cause }) => (isSystemCallError(cause) ? cause.code : '')))
  return [...codes].map(otherMeaning).join('')
}

/** How many start ports a message names. */
const MOST_NAMED = 8

function unsupported(error: SystemCallFailure): ReservationError {
  return new ReservationError(
    'ERR_RESERVATION_UNSUPPORTED',
    `This system does not offer port reservations (${answerOf(error)}). ` +
      (reasonOf(error) ?? 'They need Windows Vista or later; Wine has none.'),
    error,
  )
}

function gone(block: PortRange, kind: ReservationKind, error: SystemCallFailure): ReservationError {
  return new ReservationError(
    'ERR_RESERVATION_NOT_FOUND',
    `The reservation of ${describeRange(block)} is gone: the system no longer knows its token. ` +
      (kind === 'persistent' ? 'Tokens change at a restart: look it up again.' : 'Acquire a new one.') +
      otherMeaning(error.code),
    error,
  )
}

function elevationRequired(range: PortRange, error: SystemCallFailure): ReservationError {
  return new ReservationError(
    'ERR_ELEVATION_REQUIRED',
    `The persistent reservation of ${describeRange(range)} needs an elevated process: run it as administrator.`,
    error,
  )
}

function explainOther(problem: string, error: SystemCallFailure): ReservationError {
  const reason = reasonOf(error)
  const message = `${problem}. ${error.message}${reason === undefined ? '' : ` ${reason}`}`
  return new ReservationError(nodeCodeOf(error) ?? error.code, message, error)
}

/** What a backend adds to the error of a system call. */
function reasonOf({ cause }: SystemCallFailure): string | undefined {
  const reason: unknown = Reflect.get(Object(cause), 'message')
  return typeof reason === 'string' ? reason : undefined
}

/** A transport of another author may leave `nodeCode` and `syscall` out. */
function nodeCodeOf({ code, nodeCode }: SystemCallFailure): string | undefined {
  return nodeCode ?? (winsockError(code) ?? ipHelperError(code))?.nodeCode
}

function answerOf({ code, syscall }: SystemCallFailure): string {
  return syscall === undefined ? code : `${syscall}: ${code}`
}
