/** What a call that an `AbortSignal` ended rejects with: `name` and `code` are those of Node's own. */
export class AbortError extends Error {
  override readonly name: string = 'AbortError'
  readonly code = 'ABORT_ERR' as const

  constructor(options?: ErrorOptions) {
    super('The operation was aborted', options)
  }
}
