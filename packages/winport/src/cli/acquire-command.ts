import type {
  AcquireMatchedOptions,
  MatchedReservation,
  ReservationManager,
  RuntimeReservation,
} from '@winport/manager'
import type { Protocol } from '@winport/transport'
import type { BackendName } from '../backend-names.js'
import {
  type BackendEnvironment,
  checkAcquireMatchedOptions,
  checkProtocol,
  codeOf,
  defaultEnvironment,
  openManager,
  outOfRange,
} from '../backends.js'
import { Interruption } from './interruption.js'
import { parseNumber, parsePorts, parseRange, parseStartPort } from './port-arguments.js'
import { printBlock } from './print-block.js'
import { UsageError } from './usage-error.js'

export interface AcquireCommandOptions {
  readonly matched?: boolean
  /** `5000-5999` */
  readonly within?: string
  readonly order?: 'ascending' | 'random'
  readonly fallback?: 'anywhere'
  /** `5432,5900-5909` */
  readonly exclude?: string
  /** Milliseconds. */
  readonly timeout?: string
  readonly hold?: boolean
  readonly json?: boolean
  readonly transport?: BackendName
}

/** The longest delay of a Node.js timer, in milliseconds. */
const LONGEST_TIMEOUT = 0x7fff_ffff

/** `winport acquire <tcp|udp> [startPort] <count>` and `winport acquire --matched [startPort] <count>` */
export async function acquire(
  block: readonly string[],
  { matched = false, timeout, hold = false, json = false, transport: name, ...place }: AcquireCommandOptions,
  environment: BackendEnvironment = defaultEnvironment,
): Promise<void> {
  const { protocol, numbers } = parseProtocol(block, matched)
  const request = parseRequest(numbers, place)
  const limit = timeout === undefined ? undefined : parseTimeout(timeout)
  {
    await using manager = await openManager({ transport: name }, environment)
    await using held = await acquireWithin(manager, protocol, request, limit)
    using interruption = hold ? new Interruption() : undefined
    printBlock(held, manager.transport, json)
    if (interruption !== undefined) {
      process.stderr.write('Held until Ctrl-C.\n')
      await interruption.happened
    }
  }
  if (hold) process.stderr.write('Released.\n')
  else if (!json) process.stderr.write('Released: a reservation ends with its process. Use --hold to keep it.\n')
}

async function acquireWithin(
  manager: ReservationManager,
  protocol: Protocol | undefined,
  request: AcquireMatchedOptions,
  limit: number | undefined,
): Promise<RuntimeReservation | MatchedReservation> {
  const options = limit === undefined ? request : { ...request, signal: AbortSignal.timeout(limit) }
  try {
    return protocol === undefined
      ? await manager.acquireMatched(options)
      : await manager.acquire({ protocol, ...options })
  } catch (error) {
    if (codeOf(error) !== 'ABORT_ERR') throw error
    throw new Error(`No block was acquired within ${limit} ms. Nothing is reserved.`, { cause: error })
  }
}

/** With `--matched` the protocol is optional and ignored. @returns a protocol only without `--matched` */
function parseProtocol(
  block: readonly string[],
  matched: boolean,
): { protocol?: Protocol; numbers: readonly string[] } {
  const [protocol = '', ...numbers] = block
  if (matched && /^\d/.test(protocol)) return { numbers: block }
  checkProtocol(protocol)
  return matched ? { numbers } : { protocol, numbers }
}

function parseRequest(
  numbers: readonly string[],
  { within, order, fallback, exclude }: Pick<AcquireCommandOptions, 'within' | 'order' | 'fallback' | 'exclude'>,
): AcquireMatchedOptions {
  const [first, second, ...more] = numbers
  if (first === undefined || more.length > 0) {
    throw new UsageError(
      `acquire takes a protocol, an optional start port and a count. Received ${numbers.length} numbers.`,
    )
  }
  const request = {
    count: parseNumber('count', second ?? first),
    startPort: second === undefined ? undefined : parseStartPort(first),
    within: within === undefined ? undefined : parseRange('--within', within),
    order,
    fallback,
    exclude: exclude === undefined ? undefined : parsePorts('--exclude', exclude),
  }
  checkAcquireMatchedOptions(request)
  return request
}

function parseTimeout(text: string): number {
  const milliseconds = parseNumber('--timeout', text)
  if (!Number.isInteger(milliseconds) || milliseconds < 1 || milliseconds > LONGEST_TIMEOUT) {
    throw outOfRange('--timeout', `an integer >= 1 and <= ${LONGEST_TIMEOUT}`, milliseconds)
  }
  return milliseconds
}
