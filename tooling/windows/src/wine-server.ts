import { findCommand } from './find-command.js'
import { runQuietly } from './run-quietly.js'
import { wineEnvironment } from './wine-environment.js'

const LINGER_S = 15
const TIMEOUT_MS = 30_000

/**
 * Starts the prefix's server if none runs, such that it outlives the last program for a while: to start it and Windows'
 * services takes a second or two, a program that finds them running a fifth of one.
 */
export async function keepWineServer(prefix: string): Promise<void> {
  // It fails when one runs already, which is as good; and without the command, Wine starts one itself.
  await wineserver(prefix, `-p${LINGER_S}`)
}

/** Ends the prefix's server and all its programs, and waits until its registry is on the disk. For a prefix in the making. */
export async function stopWineServer(prefix: string): Promise<void> {
  await wineserver(prefix, '-k')
  await wineserver(prefix, '-w')
}

async function wineserver(prefix: string, flag: string): Promise<void> {
  const command = findCommand('wineserver')
  if (command === undefined) return
  await runQuietly(command, [flag], { env: wineEnvironment(prefix), timeoutMs: TIMEOUT_MS }).catch(() => {})
}
