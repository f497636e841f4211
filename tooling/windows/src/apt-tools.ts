import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from './cache-directory.js'
import { withDirectoryLock } from './directory-lock.js'
import { findCommand } from './find-command.js'
import { runQuietly } from './run-quietly.js'

/** Commands that a Debian package installs. */
export interface AptTool {
  readonly name: string
  /** One of these is enough. */
  readonly commands: readonly string[]
  readonly packages: readonly string[]
}

/** Installs missing tools with apt-get if this is Debian and the user is root. Rejects if apt-get fails. */
export async function installMissing(tools: readonly AptTool[], what: string): Promise<void> {
  if (missingOf(tools).length === 0 || !mayInstall()) return
  await withDirectoryLock(join(cacheDirectory(), 'install.lock'), async () => {
    const packages = missingOf(tools).flatMap((tool) => tool.packages)
    // Another process may have installed them while this one waited.
    if (packages.length === 0) return
    process.stderr.write(`winport: installing ${packages.join(' ')} with apt-get, to ${what}\n`)
    await aptGet('update')
    await aptGet('install', '--yes', '--no-install-recommends', ...packages)
  })
}

export function missingOf(tools: readonly AptTool[]): readonly AptTool[] {
  return tools.filter(({ commands }) => findCommand(...commands) === undefined)
}

/** Says what is missing and how to install it; and with `failure`, why the automatic installation failed. */
export function missingMessage(tools: readonly AptTool[], failure?: unknown): string {
  const missing = missingOf(tools)
  const lines = [
    `missing: ${missing.map(({ name, commands }) => `${name} (${commands.join(' or ')} on PATH)`).join(', ')}`,
    `On Debian and Ubuntu: apt-get install --no-install-recommends ${missing.flatMap(({ packages }) => packages).join(' ')}`,
    '(automatic on Debian if you are root)',
  ]
  if (failure !== undefined) {
    lines.push(`The automatic installation failed:\n${failure instanceof Error ? failure.message : String(failure)}`)
  }
  return lines.join('\n')
}

function mayInstall(): boolean {
  return existsSync('/etc/debian_version') && process.getuid?.() === 0 && findCommand('apt-get') !== undefined
}

async function aptGet(...args: readonly string[]): Promise<void> {
  await runQuietly(findCommand('apt-get') ?? 'apt-get', ['-o', 'DPkg::Lock::Timeout=300', '--quiet', ...args], {
    timeoutMs: 20 * 60_000,
    // dpkg requires these folders, and the PATH of a CI job may lack them.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
  })
}
