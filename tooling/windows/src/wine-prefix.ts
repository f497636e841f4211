import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheDirectory } from './cache-directory.js'
import { withDirectoryLock } from './directory-lock.js'
import { runQuietly } from './run-quietly.js'
import { wineEnvironment } from './wine-environment.js'
import { keepWineServer, stopWineServer } from './wine-server.js'

/** The path of a Wine prefix in the cache, in Windows 10 mode. The first call on a machine creates it. */
export async function winePrefix(wine: string): Promise<string> {
  const prefix = join(cacheDirectory(), 'wine-prefix')
  const ready = join(prefix, 'ready')
  if (existsSync(ready)) return prefix
  await withDirectoryLock(`${prefix}.lock`, async () => {
    if (existsSync(ready)) return
    await create(wine, prefix)
    await writeFile(ready, '')
  })
  return prefix
}

async function create(wine: string, prefix: string): Promise<void> {
  if (existsSync(prefix)) {
    // A process died while it created the prefix.
    await stopWineServer(prefix)
    await rm(prefix, { recursive: true, force: true })
  }
  await mkdir(prefix)
  const env = wineEnvironment(prefix)
  await keepWineServer(prefix)
  await runQuietly(wine, ['wineboot', '-i'], { env, timeoutMs: 5 * 60_000 })
  await runQuietly(wine, ['winecfg', '-v', 'win10'], { env, timeoutMs: 60_000 })
  // The server writes the registry to the disk when it ends.
  await stopWineServer(prefix)
}
