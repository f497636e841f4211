/** The command line was asked for something that it cannot understand. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
  readonly code = 'ERR_USAGE' as const
}
