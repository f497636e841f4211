import { findCommand } from './find-command.js'
import { runQuietly } from './run-quietly.js'
import { wineEnvironment } from './wine-environment.js'
import type { WineInstallation } from './wine-installation.js'

const LINGER_S = 15
const TIMEOUT_MS = 30_000

/**
 * Starts the server of the prefix if it does not run. The server outlives the last program for some seconds: starting it
 * and the services of Windows takes one or two seconds, and a program that finds them running starts in 0.2 s.
 */
export async function keepWineServer(wine: WineInstallation, prefix: string): Promise<void> {
  // The command fails if a server runs already, and without the command Wine starts a server itself: both are fine.
  await wineserver(wine, prefix, `-p${LINGER_S}`)
}

/** Ends the server and all programs of the prefix, and waits until the registry is on the disk. For unfinished prefixes. */
export async function stopWineServer(wine: WineInstallation, prefix: string): Promise<void> {
  await wineserver(wine, prefix, '-k')
  await wineserver(wine, prefix, '-w')
}

async function wineserver({ enter, arch }: WineInstallation, prefix: string, flag: string): Promise<void> {
  const [command, ...args] = enter.length === 0 ? [findCommand('wineserver')] : [...enter, 'wineserver']
  if (command === undefined) return
  const env = wineEnvironment(arch, prefix)
  await runQuietly(command, [...args.map(String), flag], { env, timeoutMs: TIMEOUT_MS }).catch(() => {})
}
