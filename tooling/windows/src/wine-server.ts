import { findCommand } from './find-command.js'
import { runQuietly } from './run-quietly.js'
import { wineEnvironment } from './wine-environment.js'

const LINGER_S = 15
const TIMEOUT_MS = 30_000

/**
 * Starts the server of the prefix if it does not run. The server outlives the last program for some seconds: starting it
 * and the services of Windows takes one or two seconds, and a program that finds them running starts in 0.2 s.
 */
export async function keepWineServer(prefix: string): Promise<void> {
  // The command fails if a server runs already, and without the command Wine starts a server itself: both are fine.
  await wineserver(prefix, `-p${LINGER_S}`)
}

/** Ends the server and all programs of the prefix, and waits until the registry is on the disk. For unfinished prefixes. */
export async function stopWineServer(prefix: string): Promise<void> {
  await wineserver(prefix, '-k')
  await wineserver(prefix, '-w')
}

async function wineserver(prefix: string, flag: string): Promise<void> {
  const command = findCommand('wineserver')
  if (command === undefined) return
  await runQuietly(command, [flag], { env: wineEnvironment(prefix), timeoutMs: TIMEOUT_MS }).catch(() => {})
}
