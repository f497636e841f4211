import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from './cache-directory.js'
import { withDirectoryLock } from './directory-lock.js'
import { findCommand } from './find-command.js'
import { runQuietly } from './run-quietly.js'
import { WindowsUnavailableError } from './windows-unavailable-error.js'

/** The commands that stand in for Windows and for its compiler on Linux. */
export interface WindowsTools {
  readonly wine: string
  /** mingw's g++ for 64-bit Windows, with POSIX threads (its other variant lacks std::mutex). */
  readonly compiler: string
}

interface Tool {
  readonly name: 'wine' | 'mingw'
  readonly commands: readonly string[]
  readonly packages: readonly string[]
}

const WINE: Tool = { name: 'wine', commands: ['wine', 'wine64'], packages: ['wine64', 'wine'] }
const MINGW: Tool = {
  name: 'mingw',
  commands: ['x86_64-w64-mingw32-g++-posix'],
  packages: ['g++-mingw-w64-x86-64-posix'],
}

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
  const found = findTools()
  if (found !== undefined) return found
  if (mayInstall()) await withDirectoryLock(join(cacheDirectory(), 'install.lock'), installMissing)
  const installed = findTools()
  if (installed === undefined) throw toolsMissing()
  return installed
}

function findTools(): WindowsTools | undefined {
  const wine = findCommand(...WINE.commands)
  const compiler = findCommand(...MINGW.commands)
  return wine === undefined || compiler === undefined ? undefined : { wine, compiler }
}

function missingTools(): readonly Tool[] {
  return [WINE, MINGW].filter(({ commands }) => findCommand(...commands) === undefined)
}

function mayInstall(): boolean {
  return existsSync('/etc/debian_version') && process.getuid?.() === 0 && findCommand('apt-get') !== undefined
}

async function installMissing(): Promise<void> {
  const packages = missingTools().flatMap((tool) => tool.packages)
  // Another task may have installed them while this one waited.
  if (packages.length === 0) return
  process.stderr.write(`winport: installing ${packages.join(' ')} with apt-get, to run the Windows suites\n`)
  try {
    await aptGet('update')
    await aptGet('install', '--yes', '--no-install-recommends', ...packages)
  } catch (error) {
    const { message, missing } = toolsMissing()
    const reason = error instanceof Error ? error.message : String(error)
    throw new WindowsUnavailableError(`${message}\nIt was tried, and failed:\n${reason}`, missing, { cause: error })
  }
}

async function aptGet(...args: readonly string[]): Promise<void> {
  await runQuietly(findCommand('apt-get') ?? 'apt-get', ['-o', 'DPkg::Lock::Timeout=300', '--quiet', ...args], {
    timeoutMs: 20 * 60_000,
    // dpkg insists on these folders, which the PATH of a CI job may lack.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
  })
}

function toolsMissing(): WindowsUnavailableError {
  const missing = missingTools()
  return new WindowsUnavailableError(
    [
      `missing: ${missing.map(({ name, commands }) => `${name} (${commands.join(' or ')} on PATH)`).join(', ')}`,
      `On Debian and Ubuntu: apt-get install --no-install-recommends ${missing.flatMap(({ packages }) => packages).join(' ')}`,
      '(done for you where the machine is Debian and you are root)',
    ].join('\n'),
    missing.map(({ name }) => name),
  )
}
