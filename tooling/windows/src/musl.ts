import { type AptTool, installMissing, missingMessage, missingOf } from './apt-tools.js'
import { orExplain } from './or-explain.js'
import { ToolUnavailableError } from './tool-unavailable-error.js'

const MUSL: AptTool = { name: 'musl', commands: ['musl-gcc'], packages: ['musl', 'musl-dev', 'musl-tools'] }

/** The compiler for programs on musl. Without it, rejects under CI; elsewhere prints a banner and returns undefined. */
export function muslOrExplain(what: string): Promise<string | undefined> {
  return orExplain(`NOT RUN ON MUSL: ${what}`, async () => {
    let failure: unknown
    await installMissing([MUSL], 'run on musl').catch((error: unknown) => {
      failure = error
    })
    if (missingOf([MUSL]).length > 0)
      throw new ToolUnavailableError(missingMessage([MUSL], failure), { cause: failure })
    return 'musl-gcc'
  })
}
