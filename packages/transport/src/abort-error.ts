/** What a call that an `AbortSignal` ended rejects with: `name` and `code` are those of Node's own. */
export class AbortError extends Error {
  override readonly name: string = 'AbortError'
  readonly code = 'ABORT_ERR' as const

  constructor(options?: ErrorOptions) {
    super('The operation was aborted', options)
  }
}

/** @throws AbortError with the signal's reason as `cause`, if it is aborted */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AbortError({ cause: signal.reason })
}
