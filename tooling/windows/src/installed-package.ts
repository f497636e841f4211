import { existsSync } from 'node:fs'
import { readdir, readFile, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** The fields of a package.json that a deployment depends on. */
export interface PackageManifest {
  readonly name: string
  readonly version: string
  readonly files?: readonly string[]
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

/** A package and its real path, without links. */
export interface InstalledPackage {
  readonly directory: string
  readonly manifest: PackageManifest
}

/** The folders of this workspace that hold packages. */
const FOLDERS = ['packages', 'tooling']

export async function findWorkspacePackage(root: string, name: string): Promise<InstalledPackage> {
  for (const folder of FOLDERS) {
    for (const entry of await readdir(join(root, folder)).catch(() => [])) {
      const candidate = await readPackage(join(root, folder, entry))
      if (candidate?.manifest.name === name) return candidate
    }
  }
  throw new Error(`no package of ${root} is called ${name}`)
}

/** The package that Node resolves `name` to in `directory`. */
export async function findDependency(directory: string, name: string): Promise<InstalledPackage | undefined> {
  for (let at = directory; ; at = dirname(at)) {
    const found = await readPackage(join(at, 'node_modules', name))
    if (found !== undefined || at === dirname(at)) return found
  }
}

/** Whether the package belongs to the workspace. */
export function isOurs({ directory }: InstalledPackage): boolean {
  return !directory.split(/[\\/]/).includes('node_modules')
}

async function readPackage(directory: string): Promise<InstalledPackage | undefined> {
  const path = join(directory, 'package.json')
  if (!existsSync(path)) return undefined
  const manifest = JSON.parse(await readFile(path, 'utf8')) as PackageManifest
  return { directory: await realpath(directory), manifest }
}
