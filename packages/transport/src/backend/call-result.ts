/** What a call returned: a count, 0 or more, or else an error as {@link failedWith} writes it. */
export type CallResult = number

/** The result of a call that failed. */
export function failedWith(errno: number): CallResult {
  return -1 - errno
}

/** The error of a result that is negative. */
export function errnoOf(result: CallResult): number {
  return -1 - result
}
