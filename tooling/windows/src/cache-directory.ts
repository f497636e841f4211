import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** The folder for what all checkouts share: Node for Windows, the Wine prefix, deployments. `WINPORT_CACHE` overrides it. */
export function cacheDirectory(): string {
  const directory = resolve(process.env['WINPORT_CACHE'] || join(userCacheDirectory(), 'winport'))
  mkdirSync(directory, { recursive: true })
  return directory
}

function userCacheDirectory(): string {
  return process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
}
