/** A call that can be made in two ways. */
interface Step {
  /** Blocks the thread until the call is complete. */
  now(): unknown
  /** Lets other work run meanwhile. */
  later(): Promise<unknown>
}

/** Work whose calls are made by blocking, with {@link runNow}, or without, with {@link runLater}. */
export type Routine<Result> = Generator<Step, Result, unknown>

/** One call of a routine. Returns its result, or throws its error. */
export function* step<Result>(now: () => Result, later: () => Promise<Result>): Routine<Result> {
  return (yield { now, later }) as Result
}

export function runNow<Result>(routine: Routine<Result>): Result {
  let turn = routine.next()
  while (turn.done !== true) {
    let result: unknown
    try {
      result = turn.value.now()
    } catch (error) {
      turn = routine.throw(error)
      continue
    }
    turn = routine.next(result)
  }
  return turn.value
}

export async function runLater<Result>(routine: Routine<Result>): Promise<Result> {
  let turn = routine.next()
  while (turn.done !== true) {
    let result: unknown
    try {
      result = await turn.value.later()
    } catch (error) {
      turn = routine.throw(error)
      continue
    }
    turn = routine.next(result)
  }
  return turn.value
}
