import { type AptTool, installMissing, missingMessage, missingOf } from './apt-tools.js'
import { findCommand } from './find-command.js'
import { WindowsUnavailableError } from './windows-unavailable-error.js'

/** The commands that stand in for Windows and for its compiler on Linux. */
export interface WindowsTools {
  readonly wine: string
  /** mingw's g++ for 64-bit Windows, with POSIX threads (its other variant lacks std::mutex). */
  readonly compiler: string
}

const WINE: AptTool = { name: 'wine', commands: ['wine', 'wine64'], packages: ['wine64', 'wine'] }
const MINGW: AptTool = {
  name: 'mingw',
  commands: ['x86_64-w64-mingw32-g++-posix'],
  packages: ['g++-mingw-w64-x86-64-posix'],
}
const TOOLS = [WINE, MINGW]

/**
 * Finds Wine and mingw, and installs what is missing if this is Debian and we are root.
 *
 * @throws WindowsUnavailableError if one is missing still; its message names it and says how to install it
 */
export async function installWindowsTools(): Promise<WindowsTools> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new WindowsUnavailableError(
      `Windows programs run on Windows, or under Wine on Linux x64; this is ${process.platform} ${process.arch}`,
    )
  }
  try {
    await installMissing(TOOLS, 'run the Windows suites')
  } catch (error) {
    throw new WindowsUnavailableError(missingMessage(TOOLS, error), missingNames(), { cause: error })
  }
  const wine = findCommand(...WINE.commands)
  const compiler = findCommand(...MINGW.commands)
  if (wine === undefined || compiler === undefined) {
    throw new WindowsUnavailableError(missingMessage(TOOLS), missingNames())
  }
  return { wine, compiler }
}

function missingNames(): readonly string[] {
  return missingOf(TOOLS).map(({ name }) => name)
}
