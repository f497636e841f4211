import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheDirectory } from './cache-directory.js'
import { deploymentFingerprint } from './deployment-fingerprint.js'
import { type PlannedPackage, planDeployment } from './deployment-plan.js'
import { findWorkspacePackage, type InstalledPackage } from './installed-package.js'
import { runQuietly } from './run-quietly.js'

/** Increase this when this file starts to build something different from the same inputs. */
const LAYOUT = '1'
const THIS_WORKSPACE = fileURLToPath(new URL('../../../', import.meta.url))
const KEPT_UNUSED_MS = 60 * 60_000

export interface DeploymentOptions {
  /** Development dependencies that the test files import. The others are left out. */
  readonly devDependencies?: readonly string[]
  /** Default: this monorepo. */
  readonly workspace?: string
}

/**
 * Copies a built package of the workspace to a folder without links, because Node under Wine does not resolve pnpm's
 * links. The folder holds the package as it would be published, its test folder with compiled TypeScript, and its
 * production dependencies with their native binaries for Windows.
 *
 * A folder never changes. When an input changes, the next call creates a new folder and deletes those that have been
 * unused for an hour.
 *
 * @returns the folder's path
 */
export async function deployForWindows(packageName: string, options: DeploymentOptions = {}): Promise<string> {
  const { devDependencies = [], workspace = THIS_WORKSPACE } = options
  const root = await findWorkspacePackage(resolve(workspace), packageName)
  const plan = await planDeployment(root, devDependencies)
  const deployments = join(cacheDirectory(), 'deployments', packageName.replace('/', '+'))
  const target = join(deployments, await deploymentFingerprint(plan, LAYOUT))
  if (!existsSync(target)) {
    await mkdir(deployments, { recursive: true })
    await build(root, plan, target)
    await removeUnused(deployments)
  }
  const now = new Date()
  await utimes(target, now, now)
  return target
}

async function build(root: InstalledPackage, plan: readonly PlannedPackage[], target: string): Promise<void> {
  const work = await mkdtemp(`${target}.`)
  try {
    for (const { package: planned, to, entries } of plan) {
      for (const entry of entries) {
        await cp(join(planned.directory, entry), join(work, to, entry), {
          recursive: true,
          dereference: true,
          filter: (path) => !path.endsWith('.tsbuildinfo'),
        })
      }
    }
    await compileTests(root, work)
    await rename(work, target).catch((error: unknown) => {
      // Another process was faster. Its folder has the same contents.
      if (!existsSync(target)) throw error
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function compileTests(root: InstalledPackage, target: string): Promise<void> {
  const project = join(root.directory, 'test', 'tsconfig.json')
  if (!existsSync(project)) return
  const manifest = createRequire(project).resolve('typescript/package.json')
  const compiler = join(manifest, '..', 'bin', 'tsc')
  const flags = ['--noEmit', 'false', '--noCheck', '--rootDir', root.directory, '--outDir', target]
  await runQuietly(process.execPath, [compiler, '-p', project, ...flags], {
    cwd: root.directory,
    timeoutMs: 2 * 60_000,
  })
}

async function removeUnused(deployments: string): Promise<void> {
  for (const entry of await readdir(deployments)) {
    const path = join(deployments, entry)
    const lastUse = await stat(path).catch(() => undefined)
    if (lastUse !== undefined && Date.now() - lastUse.mtimeMs > KEPT_UNUSED_MS) {
      await rm(path, { recursive: true, force: true })
    }
  }
}
