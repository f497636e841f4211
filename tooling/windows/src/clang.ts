import { type AptTool, installMissing, missingMessage } from './apt-tools.js'
import { findCommand } from './find-command.js'
import { orExplain } from './or-explain.js'
import { ToolUnavailableError } from './tool-unavailable-error.js'

const CLANG: AptTool = { name: 'clang', commands: ['clang++'], packages: ['clang'] }

/** The path of clang++, for a second compiler. Without it, rejects under CI; elsewhere prints a banner and returns undefined. */
export function clangOrExplain(what: string): Promise<string | undefined> {
  return orExplain(`NOT COMPILED WITH CLANG: ${what}`, installClang)
}

async function installClang(): Promise<string> {
  let failure: unknown
  await installMissing([CLANG], 'compile with clang').catch((error: unknown) => {
    failure = error
  })
  const found = findCommand(...CLANG.commands)
  if (found === undefined) throw new ToolUnavailableError(missingMessage([CLANG], failure), { cause: failure })
  return found
}
