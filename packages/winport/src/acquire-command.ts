import { type AcquireOptions, checkAcquireOptions, type RuntimeReservation } from '@winport/manager'
import { type BackendName, openReservationManager } from './open-reservation-manager.js'
import { UsageError } from './usage-error.js'

export interface AcquireCommandOptions {
  readonly hold?: boolean
  readonly json?: boolean
  readonly transport?: BackendName
}

/** `winport acquire <tcp|udp> [startPort] <count>` */
export async function acquire(
  protocol: string,
  numbers: readonly string[],
  { hold = false, json = false, transport }: AcquireCommandOptions,
): Promise<void> {
  const request = parseRequest(protocol, numbers)
  await using manager = await openReservationManager({ transport })
  await using block = await manager.acquire(request)
  const lines = json ? [JSON.stringify({ ...block.toJSON(), transport: manager.transport.name })] : describeBlock(block)
  process.stdout.write(`${lines.join('\n')}\n`)
  if (hold) await untilInterrupted()
  else if (!json) process.stderr.write('Released again: a reservation ends with its process. --hold keeps it.\n')
}

function parseRequest(protocol: string, numbers: readonly string[]): AcquireOptions {
  const [first, second, ...more] = numbers
  if (first === undefined || more.length > 0) {
    throw new UsageError(
      `acquire takes a protocol, a start port if wanted, and a count, not ${numbers.length} numbers.`,
    )
  }
  const request: { protocol: string; startPort?: number; count: number } =
    second === undefined
      ? { protocol, count: parseNumber('count', first) }
      : { protocol, startPort: parseNumber('startPort', first), count: parseNumber('count', second) }
  checkAcquireOptions(request)
  return request
}

function parseNumber(name: string, text: string): number {
  if (!/^[+-]?\d+(\.\d+)?$/.test(text)) throw new UsageError(`${name} must be a number, but it is '${text}'.`)
  return Number(text)
}

function describeBlock({ protocol, startPort, endPort, count, token }: RuntimeReservation): readonly string[] {
  return [
    `protocol  ${protocol}`,
    `start     ${startPort}`,
    `end       ${endPort}`,
    `count     ${count}`,
    `token     ${token}`,
  ]
}

const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Keeps the process alive until somebody ends it. */
async function untilInterrupted(): Promise<void> {
  const alive = setInterval(() => {}, 2 ** 30)
  await new Promise<void>((resolve) => {
    for (const signal of INTERRUPTIONS) process.once(signal, () => resolve())
    process.stderr.write('Held until Ctrl-C.\n')
  })
  clearInterval(alive)
}
