import { type AptTool, installMissing, missingMessage, missingOf } from './apt-tools.js'
import { findCommand } from './find-command.js'
import { WindowsUnavailableError } from './windows-unavailable-error.js'
import type { WindowsArchitecture } from './windows-variants.js'

/** The commands that run and compile Windows programs on Linux. */
export interface WindowsTools {
  readonly wine: string
  /** The g++ of mingw with POSIX threads. The variant with Windows threads lacks std::mutex. */
  readonly compiler: string
}

const WINE: AptTool = { name: 'wine', commands: ['wine', 'wine64'], packages: ['wine64', 'wine'] }
const MINGW: Readonly<Record<WindowsArchitecture, AptTool>> = {
  x64: { name: 'mingw', commands: ['x86_64-w64-mingw32-g++-posix'], packages: ['g++-mingw-w64-x86-64-posix'] },
  ia32: { name: 'mingw', commands: ['i686-w64-mingw32-g++-posix'], packages: ['g++-mingw-w64-i686-posix'] },
}

/**
 * Finds Wine and mingw. Installs what is missing if this is Debian and the user is root.
 *
 * @throws WindowsUnavailableError if one is not installed then; the message says how to install it
 */
export async function installWindowsTools(arch: WindowsArchitecture = 'x64'): Promise<WindowsTools> {
  const tools = [WINE, MINGW[arch]]
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new WindowsUnavailableError(
      `Windows programs run on Windows, or under Wine on Linux x64; this is ${process.platform} ${process.arch}`,
    )
  }
  try {
    await installMissing(tools, 'run the Windows suites')
  } catch (error) {
    throw new WindowsUnavailableError(missingMessage(tools, error), missingNames(tools), { cause: error })
  }
  const wine = findCommand(...WINE.commands)
  const compiler = findCommand(...MINGW[arch].commands)
  if (wine === undefined || compiler === undefined) {
    throw new WindowsUnavailableError(missingMessage(tools), missingNames(tools))
  }
  return { wine, compiler }
}

function missingNames(tools: readonly AptTool[]): readonly string[] {
  return missingOf(tools).map(({ name }) => name)
}
