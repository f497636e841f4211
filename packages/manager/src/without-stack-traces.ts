/**
 * Makes a call whose errors get no stack trace: a trace takes most of the time of a refused call. For errors that nobody reads.
 */
export function withoutStackTraces<Result>(call: () => Result): Result {
  const { stackTraceLimit } = Error
  try {
    Error.stackTraceLimit = 0
  } catch {
    return call() // --frozen-intrinsics
  }
  try {
    return call()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}
