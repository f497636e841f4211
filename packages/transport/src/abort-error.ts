/** The error of a call that an `AbortSignal` cancelled. It has the `name` and `code` of Node's own. */
export class AbortError extends Error {
  override readonly name: string = 'AbortError'
  readonly code = 'ABORT_ERR' as const

  constructor(options?: ErrorOptions) {
    super('The operation was aborted', options)
  }
}

/** Throws if the signal is aborted. @throws AbortError whose `cause` is the signal's reason */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AbortError({ cause: signal.reason })
}
