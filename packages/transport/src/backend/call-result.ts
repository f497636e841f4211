/** The result of a call: a count, 0 or more, or an error that {@link failedWith} encoded as a negative number. */
export type CallResult = number

/** Encodes an error. */
export function failedWith(errno: number): CallResult {
  return -1 - errno
}

/** Decodes the error of a negative result. */
export function errnoOf(result: CallResult): number {
  return -1 - result
}
