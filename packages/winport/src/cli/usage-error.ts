/** The arguments of the command line are invalid. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
  readonly code = 'ERR_USAGE' as const
}
