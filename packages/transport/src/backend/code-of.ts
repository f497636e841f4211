/** The `code` of an error; undefined if the value has none. Unlike `instanceof Error`, works for errors of another realm. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
