import { createHash, type Hash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { PlannedPackage } from './deployment-plan.js'
import { isOurs } from './installed-package.js'

/** A hash of everything that a deployment is made of. */
export async function deploymentFingerprint(
  plan: readonly PlannedPackage[],
  ...also: readonly string[]
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(also))
  for (const { package: planned, to, entries } of plan) {
    hash.update(JSON.stringify([to, planned.directory, planned.manifest.version, entries]))
    // A published version of a package never changes.
    if (isOurs(planned)) for (const entry of entries) await addContents(hash, join(planned.directory, entry))
  }
  return hash.digest('hex').slice(0, 16)
}

async function addContents(hash: Hash, path: string): Promise<void> {
  const isDirectory = (await stat(path)).isDirectory()
  hash.update(JSON.stringify([path, isDirectory]))
  if (!isDirectory) {
    hash.update(await readFile(path))
    return
  }
  for (const entry of (await readdir(path)).sort()) await addContents(hash, join(path, entry))
}
