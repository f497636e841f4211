import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheDirectory } from './cache-directory.js'
import { withDirectoryLock } from './directory-lock.js'
import { runQuietly } from './run-quietly.js'
import { wineEnvironment } from './wine-environment.js'
import type { WineInstallation } from './wine-installation.js'
import { keepWineServer, stopWineServer } from './wine-server.js'

/** The path of a Wine prefix in the cache, in Windows 10 mode. The first call on a machine creates it. */
export async function winePrefix(wine: WineInstallation): Promise<string> {
  const prefix = join(cacheDirectory(), wine.prefixName)
  const ready = join(prefix, 'ready')
  if (existsSync(ready)) return prefix
  await withDirectoryLock(`${prefix}.lock`, async () => {
    if (existsSync(ready)) return
    await create(wine, prefix)
    await writeFile(ready, '')
  })
  return prefix
}

async function create(wine: WineInstallation, prefix: string): Promise<void> {
  if (existsSync(prefix)) {
    // A process died while it created the prefix.
    await stopWineServer(wine, prefix)
    await rm(prefix, { recursive: true, force: true })
  }
  await mkdir(prefix)
  const env = wineEnvironment(wine.arch, prefix)
  const [command = '', ...args] = [...wine.enter, wine.wine]
  await keepWineServer(wine, prefix)
  await runQuietly(command, [...args, 'wineboot', '-i'], { env, timeoutMs: 5 * 60_000 })
  await runQuietly(command, [...args, 'winecfg', '-v', 'win10'], { env, timeoutMs: 60_000 })
  // The server writes the registry to the disk when it ends.
  await stopWineServer(wine, prefix)
}
