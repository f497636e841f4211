import { inNextTurn, nextTurn } from '@winport/transport/backend'

/** How many calls are made in one turn of the event loop at most. On Linux 128 calls for 8 ports each take about 8 ms. */
const MOST_CALLS = 128
const PORTS_OF_A_CALL = 8

/** The calls of one turn of the event loop that has not begun. */
interface FutureTurn {
  cost: number
  readonly begun: Promise<void>
  readonly begin: () => void
}

// One queue serves all managers of a thread, because they share its event loop.
const waiting: FutureTurn[] = []
let made = 0
/** Whether calls that waited for this turn are still to be made. */
let isBeginning = false

/**
 * Makes a call at once; in a later turn if this one has made enough of them, or if others wait already. So calls take effect in the
 * order in which they were made, and timers, signals and servers run meanwhile.
 *
 * @param count the ports of the call: Linux takes time for each
 */
export function inTurn<Result>(count: number, call: () => Promise<Result>): Promise<Result> {
  const turn = turnFor(count)
  return turn === undefined ? call() : turn.then(call)
}

/** The turn of a call: undefined if it must be made at once, or a promise to which it must be added now, as a reaction. */
export function turnFor(count: number): Promise<void> | undefined {
  const cost = Math.min(MOST_CALLS, Math.ceil(count / PORTS_OF_A_CALL))
  let turn = waiting.at(-1)
  if (turn === undefined && !isBeginning && made + cost <= MOST_CALLS) {
    if (made === 0) inNextTurn(beginTurn) // may throw: nothing is changed before
    made += cost
    return undefined
  }
  if (turn === undefined || turn.cost + cost > MOST_CALLS) {
    turn = futureTurn()
    if (waiting.push(turn) === 1) void nextTurn() // keeps the process alive
  }
  turn.cost += cost
  return turn.begun
}

function futureTurn(): FutureTurn {
  let begin = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  return { cost: 0, begun, begin }
}

function beginTurn(): void {
  const turn = waiting.shift()
  made = turn?.cost ?? 0
  if (turn === undefined) return
  inNextTurn(beginTurn)
  if (waiting.length > 0) void nextTurn()
  isBeginning = true
  turn.begin()
  // The reaction that comes after those of the calls.
  void turn.begun.then(() => {
    isBeginning = false
  })
}
