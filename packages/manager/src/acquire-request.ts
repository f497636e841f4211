import { checkUnsigned, invalidArgType, outOfRange } from '@winport/definitions'
import type { Protocol } from '@winport/transport'
import { checkProtocol } from '@winport/transport/backend'
import { checkFits, checkObject, checkSignal, deriveSignal, LAST_PORT } from './request-arguments.js'

export interface AcquireMatchedOptions {
  /** How many consecutive ports, 1 to 65535. */
  readonly count: number
  /**
   * The first port, 1 to 65535. Left out, or 0, the kernel chooses. Several are tried in their order: the first that the
   * kernel grants is taken.
   */
  readonly startPort?: number | Iterable<number> | undefined
  /** Where the whole block must lie, both ends included: the lowest place that the kernel grants is taken. */
  readonly within?: readonly [from: number, to: number] | undefined
  /** Gives up: nothing stays reserved, and the promise rejects with an `AbortError`. */
  readonly signal?: AbortSignal | undefined
}

export interface AcquireOptions extends AcquireMatchedOptions {
  readonly protocol: Protocol
}

/** What is asked for, checked, and a copy that its caller cannot change. */
export interface AcquireRequest {
  /** Undefined: both. */
  readonly protocol: Protocol | undefined
  readonly count: number
  /** The start port, 0 for the kernel's choice; or those to try in turn. */
  readonly startPort: number | Iterable<number>
  /** The range that `startPort` goes through, if it is one. */
  readonly within: readonly [from: number, to: number] | undefined
  readonly signal: AbortSignal | undefined
}

/** Checks what `ReservationManager.acquire` is asked for, without asking the kernel. A generator is consumed by it. */
export function checkAcquireOptions(options: unknown): asserts options is AcquireOptions {
  checkObject('options', options)
  const { protocol }: { protocol?: unknown } = options
  checkProtocol(protocol)
  checkAcquireMatchedOptions(options)
}

/** Checks what `ReservationManager.acquireMatched` is asked for, without asking the kernel. A generator is consumed by it. */
export function checkAcquireMatchedOptions(options: unknown): asserts options is AcquireMatchedOptions {
  checkObject('options', options)
  readPlace(options)
  checkSignal((options as AcquireMatchedOptions).signal)
}

/** @param protocol undefined for both */
export function readAcquireRequest(options: AcquireMatchedOptions, protocol: Protocol | undefined): AcquireRequest {
  return { protocol, ...readPlace(options), signal: deriveSignal(options.signal) }
}

function readPlace({
  count,
  startPort = 0,
  within,
}: Partial<AcquireMatchedOptions>): Pick<AcquireRequest, 'count' | 'startPort' | 'within'> {
  checkUnsigned('count', count, LAST_PORT, 1)
  if (within !== undefined) {
    if (startPort !== 0) throw outOfRange('within', 'left out where startPort is given', within)
    const [from, to] = readWithin(within, count)
    return { count, startPort: everyPort(from, to - count + 1), within: [from, to] }
  }
  if (typeof startPort === 'object' && startPort !== null) {
    return { count, startPort: readStartPorts(startPort, count), within }
  }
  checkFits('startPort', startPort, count, 0)
  return { count, startPort, within }
}

function readWithin(within: unknown, count: number): readonly [from: number, to: number] {
  if (!Array.isArray(within) || within.length !== 2) {
    throw invalidArgType('within', 'an array of two port numbers, [from, to]', within)
  }
  const [from, to]: readonly unknown[] = within
  checkUnsigned('within[0]', from, LAST_PORT, 1)
  checkUnsigned('within[1]', to, LAST_PORT, from)
  if (count > to - from + 1) throw outOfRange('count', `<= ${to - from + 1} to lie within ${from} to ${to}`, count)
  return [from, to]
}

function readStartPorts(startPorts: object, count: number): readonly number[] {
  if (!(Symbol.iterator in startPorts)) {
    throw invalidArgType('startPort', 'of type number or an iterable of numbers', startPorts)
  }
  const checked: number[] = []
  for (const startPort of startPorts as Iterable<unknown>) {
    checkFits(`startPort[${checked.length}]`, startPort, count, 0)
    checked.push(startPort)
    if (checked.length > LAST_PORT + 1)
      throw outOfRange('startPort', 'an iterable of at most 65536 numbers', startPorts)
  }
  if (checked.length === 0) throw outOfRange('startPort', 'an iterable of at least one number', startPorts)
  return checked
}

function* everyPort(first: number, last: number): Generator<number, void, undefined> {
  for (let port = first; port <= last; port++) yield port
}
