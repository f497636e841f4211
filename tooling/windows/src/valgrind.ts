import { type AptTool, installMissing, missingMessage } from './apt-tools.js'
import { findCommand } from './find-command.js'
import { orExplain } from './or-explain.js'
import { ToolUnavailableError } from './tool-unavailable-error.js'

const VALGRIND: AptTool = { name: 'valgrind', commands: ['valgrind'], packages: ['valgrind'] }

/**
 * The path of valgrind. Installs it if this is Debian and the user is root.
 *
 * @throws ToolUnavailableError if it is not installed then
 */
export async function installValgrind(): Promise<string> {
  let failure: unknown
  await installMissing([VALGRIND], 'look for leaks').catch((error: unknown) => {
    failure = error
  })
  const found = findCommand(...VALGRIND.commands)
  if (found === undefined) throw new ToolUnavailableError(missingMessage([VALGRIND], failure), { cause: failure })
  return found
}

/** `installValgrind` for a test file: without valgrind, rejects under CI; elsewhere prints a banner and returns undefined. */
export function valgrindOrExplain(what: string): Promise<string | undefined> {
  return orExplain(`NOT RUN UNDER VALGRIND: ${what}`, installValgrind)
}
