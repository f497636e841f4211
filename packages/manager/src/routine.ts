/** A call that can be made in two ways. */
interface Step {
  /** Blocks the thread until the call is complete. */
  now(): unknown
  /** Lets other work run meanwhile: the result, or a promise if that takes time. */
  later(): unknown
}

/** Work whose calls are made by blocking, with {@link runNow}, or without, with {@link runLater}. */
export type Routine<Result> = Generator<Step, Result, unknown>

/** One call of a routine. Returns its result, or throws its error. */
export function* step<Result>(now: () => Result, later: () => Result | Promise<Result>): Routine<Result> {
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
  return await start(routine)
}

/** As {@link runLater}, but the result, or the error, comes without a promise if no call takes time. */
export function start<Result>(routine: Routine<Result>): Result | Promise<Result> {
  return goOn(routine, routine.next())
}

function goOn<Result>(routine: Routine<Result>, from: IteratorResult<Step, Result>): Result | Promise<Result> {
  let turn = from
  while (turn.done !== true) {
    let result: unknown
    try {
      result = turn.value.later()
    } catch (error) {
      turn = routine.throw(error)
      continue
    }
    if (isPromise(result)) return goOnAfter(routine, result)
    turn = routine.next(result)
  }
  return turn.value
}

async function goOnAfter<Result>(routine: Routine<Result>, call: PromiseLike<unknown>): Promise<Result> {
  let result: unknown
  try {
    result = await call
  } catch (error) {
    return await goOn(routine, routine.throw(error))
  }
  return await goOn(routine, routine.next(result))
}

/** Also true for a promise of another realm. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value
}
