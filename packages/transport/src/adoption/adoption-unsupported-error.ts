/** This JavaScript runtime does not give access to the internal classes that adoption needs. */
export class AdoptionUnsupportedError extends Error {
  override readonly name: string = 'AdoptionUnsupportedError'
  readonly code = 'ERR_ADOPTION_UNSUPPORTED' as const

  constructor(missing: string, options?: ErrorOptions) {
    super(
      `${runtime()} cannot take over a socket: ${missing}. ` +
        'It needs Node.js 20.19 or later; with --permission, Node.js 26 also needs --allow-net.',
      options,
    )
  }
}

/** Bun and Deno report a version of Node.js as well. */
function runtime(): string {
  const { bun, deno } = process.versions
  if (bun !== undefined) return `Bun ${bun}`
  return deno === undefined ? `Node.js ${process.version}` : `Deno ${deno}`
}
