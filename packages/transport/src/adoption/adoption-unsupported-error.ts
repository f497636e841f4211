/** This Node.js does not have the internal classes that adoption needs. */
export class AdoptionUnsupportedError extends Error {
  override readonly name: string = 'AdoptionUnsupportedError'
  readonly code = 'ERR_ADOPTION_UNSUPPORTED' as const

  constructor(missing: string) {
    super(
      `Node.js ${process.version} cannot take over a socket: ${missing}. ` +
        'Use a supported Node.js (20.19 or later), without --permission, and not in a cluster worker.',
    )
  }
}
