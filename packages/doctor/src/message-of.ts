/** The `message` of an error; the value as a string if it has none. Works for errors of another realm. */
export function messageOf(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined
  return typeof message === 'string' ? message : String(error)
}
