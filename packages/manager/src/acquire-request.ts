import {
  checkKnownOptions,
  checkObject,
  checkUnsigned,
  invalidArgType,
  LAST_PORT,
  outOfRange,
} from '@winport/definitions'
import type { Protocol } from '@winport/transport'
import { checkProtocol } from '@winport/transport/backend'
import { ExcludedPorts } from './excluded-ports.js'
import { randomInteger } from './random-integer.js'
import { checkChoice, checkFits, checkSignal } from './request-arguments.js'

export interface AcquireMatchedOptions {
  /** How many consecutive ports, 1 to 65535. */
  readonly count: number
  /**
   * The first port of the block, 1 to 65535; 0, the default, lets the kernel choose. Several are tried in turn, until the
   * kernel grants one.
   */
  readonly startPort?: number | Iterable<number> | undefined
  /** The ports that the block must lie within, both ends included. */
  readonly within?: readonly [from: number, to: number] | undefined
  /**
   * The order in which the start ports of `within` are tried: from the lowest upwards; or from a random one upwards, and
   * then from the lowest. Default: `'ascending'`.
   */
  readonly order?: 'ascending' | 'random' | undefined
  /** What to do if no block `within` the range is granted. Default: the call rejects. */
  readonly fallback?: 'anywhere' | undefined
  /** Ports that the block must not contain, 1 to 65535. */
  readonly exclude?: Iterable<number> | undefined
  /** Cancels the call: the promise rejects with an `AbortError`, and nothing stays reserved. */
  readonly signal?: AbortSignal | undefined
}

export interface AcquireOptions extends AcquireMatchedOptions {
  readonly protocol: Protocol
}

/** Start ports to try: from the first to the last; or wherever the kernel chooses. */
export type Place = readonly [first: number, last: number] | 'anywhere'

/** A request that is checked, in a copy that its caller cannot change. */
export interface AcquireRequest {
  /** Undefined: both. */
  readonly protocol: Protocol | undefined
  readonly count: number
  /** Tried in turn. */
  readonly places: readonly Place[]
  /** The range that the places cover, if one was given. */
  readonly within: readonly [from: number, to: number] | undefined
  readonly exclude: ExcludedPorts | undefined
  readonly signal: AbortSignal | undefined
}

const OPTIONS: readonly string[] = [
  'protocol',
  'count',
  'startPort',
  'within',
  'order',
  'fallback',
  'exclude',
  'signal',
]

const ORDERS: readonly string[] = ['ascending', 'random']
const FALLBACKS: readonly string[] = ['anywhere']

const ANYWHERE: readonly Place[] = ['anywhere']

/** Checks the options of `ReservationManager.acquire` without a system call. Consumes generators. */
export function checkAcquireOptions(options: unknown): asserts options is AcquireOptions {
  readAcquireRequest(options)
}

/** Checks the options of `ReservationManager.acquireMatched` without a system call. Consumes generators. */
export function checkAcquireMatchedOptions(options: unknown): asserts options is AcquireMatchedOptions {
  readMatchedRequest(options)
}

export function readAcquireRequest(options: unknown): AcquireRequest & { readonly protocol: Protocol } {
  checkObject('options', options)
  const { protocol }: { readonly protocol?: unknown } = options
  checkProtocol(protocol)
  return readRequest(options, protocol)
}

/** A `protocol` is ignored, so that both methods take the same options. */
export function readMatchedRequest(options: unknown): AcquireRequest {
  checkObject('options', options)
  return readRequest(options, undefined)
}

/** The start port of a request for one protocol, 0 for anywhere; undefined if there are several to search. */
export function onlyStartPort({ places, within, exclude }: AcquireRequest): number | undefined {
  const [place] = places
  if (place === undefined || places.length > 1 || within !== undefined || exclude !== undefined) return undefined
  return place === 'anywhere' ? 0 : place[0]
}

function readRequest<Given extends Protocol | undefined>(
  options: Partial<AcquireMatchedOptions>,
  protocol: Given,
): AcquireRequest & { readonly protocol: Given } {
  checkKnownOptions(options, OPTIONS)
  const { count, startPort = 0, within, order, fallback, exclude, signal } = options
  checkUnsigned('count', count, LAST_PORT, 1)
  checkChoice('order', order, ORDERS)
  checkChoice('fallback', fallback, FALLBACKS)
  if (within === undefined) {
    if (order !== undefined) throw outOfRange('order', 'left out where within is not given', order)
    if (fallback !== undefined) throw outOfRange('fallback', 'left out where within is not given', fallback)
  } else if (startPort !== 0) {
    throw outOfRange('within', 'left out where startPort is given', within)
  }
  const range = within === undefined ? undefined : readWithin(within, count)
  return {
    protocol,
    count,
    places: range === undefined ? readStartPorts(startPort, count) : placesWithin(range, count, order, fallback),
    within: range,
    exclude: ExcludedPorts.read(exclude),
    signal: checkSignal(signal),
  }
}

function placesWithin(
  [from, to]: readonly [from: number, to: number],
  count: number,
  order: AcquireMatchedOptions['order'],
  fallback: AcquireMatchedOptions['fallback'],
): readonly Place[] {
  const last = to - count + 1
  const first = order === 'random' ? randomInteger(from, last) : from
  const places: Place[] = [[first, last]]
  if (first > from) places.push([from, first - 1])
  if (fallback === 'anywhere') places.push('anywhere')
  return places
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

function readStartPorts(startPorts: unknown, count: number): readonly Place[] {
  if (typeof startPorts !== 'object' || startPorts === null) {
    checkFits('startPort', startPorts, count, 0)
    return startPorts === 0 ? ANYWHERE : [placeAt(startPorts)]
  }
  if (!(Symbol.iterator in startPorts)) {
    throw invalidArgType('startPort', 'of type number or an iterable of numbers', startPorts)
  }
  const places: Place[] = []
  for (const startPort of startPorts as Iterable<unknown>) {
    checkFits(`startPort[${places.length}]`, startPort, count, 0)
    places.push(placeAt(startPort))
    if (places.length > LAST_PORT + 1) throw outOfRange('startPort', 'an iterable of at most 65536 numbers', startPorts)
  }
  if (places.length === 0) throw outOfRange('startPort', 'an iterable of at least one number', startPorts)
  return places
}

function placeAt(startPort: number): Place {
  return startPort === 0 ? 'anywhere' : [startPort, startPort]
}
