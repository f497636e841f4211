import type { Protocol } from '@winport/transport'
import { nextTurn } from '@winport/transport/backend'
import type { AcquireRequest } from './acquire-request.js'
import { explainSearch, explainUnmatched } from './explain-error.js'
import { MatchedBlocks } from './matched-blocks.js'
import type { MatchedReservation } from './matched-reservation.js'
import { isReservationError, type ReservationError } from './reservation-error.js'
import type { RuntimeReservation } from './runtime-reservation.js'

/** Acquires one block. Start port 0 lets the kernel choose. */
export type AcquireAt = (protocol: Protocol, startPort: number) => Promise<RuntimeReservation>

/** After this many refusals a search lets timers, signals and other work run. */
const REFUSALS_PER_TURN = 32

/** The most blocks that a search for both protocols keeps at once: other programs need ports meanwhile. */
const MOST_KEPT = 256

/** Tries candidates in turn until one is granted. Rejects with all their refusals, or with the first other failure. */
export async function firstGranted<Granted>(
  startPorts: Iterable<number>,
  request: AcquireRequest,
  attempt: (startPort: number) => Promise<Granted>,
): Promise<Granted> {
  const refusals: ReservationError[] = []
  for (const candidate of startPorts) {
    try {
      return await attempt(candidate)
    } catch (error) {
      await noteRefusal(refusals, error)
    }
  }
  const [only, another] = refusals
  throw only !== undefined && another === undefined && request.within === undefined
    ? only
    : explainSearch(refusals, request)
}

/** Acquires the same range for both protocols. */
export async function acquireBothAt(acquireAt: AcquireAt, startPort: number): Promise<MatchedReservation> {
  const tcp = await acquireAt('tcp', startPort)
  try {
    return new MatchedBlocks(tcp, await acquireAt('udp', startPort))
  } catch (error) {
    await Promise.allSettled([tcp.release()])
    throw error
  }
}

/**
 * Acquires the same range for both protocols where the kernel chooses it. A block that is granted for TCP and refused for
 * UDP is kept until the search ends, so that the kernel does not offer it again.
 */
export async function acquireBothAnywhere(acquireAt: AcquireAt, count: number): Promise<MatchedReservation> {
  const kept: RuntimeReservation[] = []
  const refusals: ReservationError[] = []
  try {
    while (kept.length < MOST_KEPT) {
      let tcp: RuntimeReservation | undefined
      try {
        tcp = await acquireAt('tcp', 0)
        return new MatchedBlocks(tcp, await acquireAt('udp', tcp.startPort))
      } catch (error) {
        if (tcp !== undefined) kept.push(tcp)
        await noteRefusal(refusals, error)
        if (tcp === undefined) break
      }
    }
    throw explainUnmatched(refusals, kept.length, count)
  } finally {
    await Promise.allSettled(kept.map((tcp) => tcp.release()))
  }
}

/** Keeps a refusal of a candidate; throws every other error. */
async function noteRefusal(refusals: ReservationError[], error: unknown): Promise<void> {
  if (!isRefusal(error)) throw error
  refusals.push(error)
  if (refusals.length % REFUSALS_PER_TURN === 0) await nextTurn()
}

/** Whether these ports are taken: other candidates may be free. */
function isRefusal(error: unknown): error is ReservationError {
  return isReservationError(error) && error.code === 'ERR_PORT_RANGE_IN_USE'
}
