import { runtimeName } from '../backend/runtime-name.js'

/** This JavaScript runtime does not give access to the internal classes that adoption needs. */
export class AdoptionUnsupportedError extends Error {
  override readonly name: string = 'AdoptionUnsupportedError'
  readonly code = 'ERR_ADOPTION_UNSUPPORTED' as const

  constructor(missing: string, options?: ErrorOptions) {
    super(
      `${runtimeName()} cannot take over a socket: ${missing}. ` +
        'It needs Node.js 20.19 or later; with --permission, Node.js 26 also needs --allow-net.',
      options,
    )
  }
}
