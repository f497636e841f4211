import { checkObject, checkUnsigned, invalidArgType, LAST_PORT, outOfRange } from '@winport/definitions'
import type { Protocol } from '@winport/transport'
import { checkProtocol } from '@winport/transport/backend'
import { checkFits, checkSignal } from './request-arguments.js'

export interface AcquireMatchedOptions {
  /** How many consecutive ports, 1 to 65535. */
  readonly count: number
  /**
   * The first port of the block, 1 to 65535; 0, the default, lets the kernel choose. Several are tried in turn, until the
   * kernel grants one.
   */
  readonly startPort?: number | Iterable<number> | undefined
  /** The ports that the block must lie within, both ends included. Tried from the lowest start port upwards. */
  readonly within?: readonly [from: number, to: number] | undefined
  /** Cancels the call: the promise rejects with an `AbortError`, and nothing stays reserved. */
  readonly signal?: AbortSignal | undefined
}

export interface AcquireOptions extends AcquireMatchedOptions {
  readonly protocol: Protocol
}

/** A request that is checked, in a copy that its caller cannot change. */
export interface AcquireRequest {
  /** Undefined: both. */
  readonly protocol: Protocol | undefined
  readonly count: number
  /** The start port, where 0 lets the kernel choose; or the candidates to try in turn. */
  readonly startPort: number | Iterable<number>
  /** The range that `startPort` iterates over, if one was given. */
  readonly within: readonly [from: number, to: number] | undefined
  readonly signal: AbortSignal | undefined
}

/** Checks the options of `ReservationManager.acquire` without a system call. Consumes a generator. */
export function checkAcquireOptions(options: unknown): asserts options is AcquireOptions {
  checkObject('options', options)
  const { protocol }: { protocol?: unknown } = options
  checkProtocol(protocol)
  checkAcquireMatchedOptions(options)
}

/** Checks the options of `ReservationManager.acquireMatched` without a system call. Consumes a generator. */
export function checkAcquireMatchedOptions(options: unknown): asserts options is AcquireMatchedOptions {
  checkObject('options', options)
  readCandidates(options)
  checkSignal((options as AcquireMatchedOptions).signal)
}

/** @param protocol undefined for both */
export function readAcquireRequest(options: AcquireMatchedOptions, protocol: Protocol | undefined): AcquireRequest {
  return { protocol, ...readCandidates(options), signal: checkSignal(options.signal) }
}

function readCandidates({
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
