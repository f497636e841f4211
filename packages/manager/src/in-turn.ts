import { inNextTurn, nextTurn } from '@winport/transport/backend'

/** How many calls are made in one turn of the event loop at most. On Linux 128 calls for 8 ports each take about 8 ms. */
const MOST_CALLS = 128
const PORTS_OF_A_CALL = 8

interface WaitingCall {
  readonly cost: number
  readonly make: () => void
}

// One queue serves all managers of a thread, because they share its event loop.
const waiting: WaitingCall[] = []
let made = 0

/**
 * Makes a call at once; in a later turn if this one has made enough of them, or if others wait already. So calls take effect in the
 * order in which they were made, and timers, signals and servers run meanwhile.
 *
 * @param count the ports of the call: Linux takes time for each
 */
export function inTurn<Result>(count: number, call: () => Promise<Result>): Promise<Result> {
  const cost = Math.min(MOST_CALLS, Math.ceil(count / PORTS_OF_A_CALL))
  if (waiting.length === 0 && mayCall(cost)) return call()
  return new Promise((resolve) => {
    if (waiting.push({ cost, make: () => resolve(call()) }) === 1) void nextTurn() // keeps the process alive
  })
}

function mayCall(cost: number): boolean {
  if (made + cost > MOST_CALLS) return false
  if (made === 0) inNextTurn(beginTurn) // may throw: nothing is changed before
  made += cost
  return true
}

function beginTurn(): void {
  made = 0
  let calls = 0
  for (const { cost, make } of waiting) {
    if (!mayCall(cost)) break
    calls += 1
    make()
  }
  waiting.splice(0, calls)
  if (waiting.length > 0) void nextTurn()
}
