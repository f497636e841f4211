import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type AptTool, installMissing, missingMessage } from './apt-tools.js'
import { cacheDirectory } from './cache-directory.js'
import { withDirectoryLock } from './directory-lock.js'
import { findCommand } from './find-command.js'
import { runQuietly } from './run-quietly.js'
import { runs32BitPrograms } from './runs-32-bit-programs.js'
import { WindowsUnavailableError } from './windows-unavailable-error.js'

/** A release of Debian and packages to install from it. */
export interface DebianRelease {
  readonly release: string
  readonly arch: 'amd64' | 'i386'
  readonly packages: readonly string[]
}

const DEBOOTSTRAP: AptTool = {
  name: 'debootstrap',
  commands: ['debootstrap'],
  packages: ['debootstrap', 'debian-archive-keyring'],
}
const MIRROR = 'http://deb.debian.org/debian'
const ENTER = fileURLToPath(new URL('../bin/enter-debian-root', import.meta.url))
const TIME_LIMIT_MS = 40 * 60_000

/**
 * The path of a folder with an installed Debian, in the cache. The first call on a machine creates it, which needs root
 * and the rights to mount and to change the root folder.
 *
 * @throws WindowsUnavailableError if this machine does not permit that, or a command fails
 */
export async function debianRoot(debian: DebianRelease): Promise<string> {
  const root = join(cacheDirectory(), `debian-${debian.release}-${debian.arch}`)
  const ready = join(root, 'ready')
  await checkRights()
  if (debian.arch === 'i386' && !runs32BitPrograms()) {
    throw new WindowsUnavailableError(
      'The kernel of this machine does not run 32-bit programs, which a Wine for ia32 needs. Linux may need to be started with ia32_emulation=on',
      ['32-bit programs'],
    )
  }
  if (existsSync(ready)) return root
  await withDirectoryLock(`${root}.lock`, async () => {
    if (existsSync(ready)) return
    await rm(root, { recursive: true, force: true }) // of a process that died half-way
    await create(debian, root)
    await writeFile(ready, '')
  })
  return root
}

/**
 * The start of a command that runs the rest of it inside such a folder, with the folders of users and projects of this
 * machine at the same paths. The mounts are in a new namespace and so end with the command.
 */
export function inDebianRoot(root: string): readonly string[] {
  return ['unshare', '--mount', '--', '/bin/sh', ENTER, root]
}

async function checkRights(): Promise<void> {
  try {
    await runQuietly('unshare', ['--mount', '--', 'chroot', '/', 'true'], { timeoutMs: 10_000 })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new WindowsUnavailableError(
      `Another Wine than that of this machine needs root and the rights to mount and to change the root folder. This machine does not permit that:\n${reason}\n` +
        'A container needs the capability SYS_ADMIN, for example from: docker run --privileged',
      ['mount'],
      { cause: error },
    )
  }
}

async function create({ release, arch, packages }: DebianRelease, root: string): Promise<void> {
  const what = `run the Wine of Debian ${release} (${arch})`
  let failure: unknown
  await installMissing([DEBOOTSTRAP], what).catch((error: unknown) => {
    failure = error
  })
  const debootstrap = findCommand(...DEBOOTSTRAP.commands)
  if (debootstrap === undefined) {
    throw new WindowsUnavailableError(missingMessage([DEBOOTSTRAP], failure), ['debootstrap'], { cause: failure })
  }
  process.stderr.write(`winport: installing Debian ${release} (${arch}) in ${root}, for its Wine\n`)
  // These commands need folders that the PATH of a CI job may lack.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', PATH: `${process.env['PATH']}:/usr/sbin:/sbin` }
  const run = (...command: readonly string[]) =>
    runQuietly(command[0] ?? '', command.slice(1), { cwd: '/', env, timeoutMs: TIME_LIMIT_MS })
  // What debootstrap mounts ends with its namespace, also if it is killed.
  await run('unshare', '--mount', '--', debootstrap, '--variant=minbase', `--arch=${arch}`, release, root, MIRROR)
  const inside = (...command: readonly string[]) => run(...inDebianRoot(root), ...command)
  await inside('apt-get', 'update')
  await inside('apt-get', 'install', '--yes', '--no-install-recommends', ...packages)
  await inside('apt-get', 'clean')
}
