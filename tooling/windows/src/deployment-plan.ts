import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { findDependency, type InstalledPackage, isOurs } from './installed-package.js'
import { chosenVariant } from './windows-variants.js'

/** A package of a deployment. */
export interface PlannedPackage {
  readonly package: InstalledPackage
  /** Relative to the deployment: '' for the package that is deployed. */
  readonly to: string
  /** The files and folders to copy, relative to the package. */
  readonly entries: readonly string[]
}

const OS = 'win32'

/**
 * What a deployment holds, and where: the package with its test folder, and its production dependencies in a tree of
 * node_modules folders without links. Two versions of one package are nested as npm nests them.
 *
 * @param devDependencies the names of the development dependencies that the test files import
 */
export async function planDeployment(
  root: InstalledPackage,
  devDependencies: readonly string[],
): Promise<readonly PlannedPackage[]> {
  const placed: Placed = new Map()
  await placeDependencies(root, '', devDependencies, placed)
  const test = existsSync(join(root.directory, 'test')) ? ['test'] : []
  const first = { package: root, to: '', entries: [...(await publishedEntries(root)), ...test] }
  const others = [...placed].map(async ([to, dependency]) => ({
    package: dependency,
    to,
    entries: isOurs(dependency) ? await publishedEntries(dependency) : await allEntries(dependency),
  }))
  return [first, ...(await Promise.all(others))]
}

type Placed = Map<string, InstalledPackage>

/** Places the dependencies of a package at `at` before their own dependencies, so that the nearest dependent decides. */
async function placeDependencies(
  dependent: InstalledPackage,
  at: string,
  devDependencies: readonly string[],
  placed: Placed,
): Promise<void> {
  const newlyPlaced: [string, InstalledPackage][] = []
  for (const [name, dependency] of await dependenciesOf(dependent, devDependencies)) {
    const visible = lookUp(at, name, placed)
    if (visible?.directory === dependency.directory) continue
    const to = join(visible === undefined ? '' : at, 'node_modules', name)
    placed.set(to, dependency)
    newlyPlaced.push([to, dependency])
  }
  for (const [to, dependency] of newlyPlaced) await placeDependencies(dependency, to, [], placed)
}

async function dependenciesOf(
  { directory, manifest }: InstalledPackage,
  devDependencies: readonly string[],
): Promise<ReadonlyMap<string, InstalledPackage>> {
  const { name: dependent, dependencies = {}, optionalDependencies = {} } = manifest
  const found = new Map<string, InstalledPackage>()
  for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...devDependencies]) {
    const dependency = await findDependency(directory, name)
    const isOptional = name in optionalDependencies
    if (dependency === undefined) {
      if (isOptional) continue
      throw new Error(`${dependent} needs ${name}, which is not installed: run pnpm install`)
    }
    if (!isOptional || runsOnWindows(dependency)) found.set(name, dependency)
  }
  return found
}

/** The package that Node would find from `at` among those placed so far. */
function lookUp(at: string, name: string, placed: Placed): InstalledPackage | undefined {
  for (let folder = at; ; folder = dirname(folder)) {
    const found = placed.get(join(folder, 'node_modules', name))
    if (found !== undefined || folder === '' || folder === '.') return found
  }
}

function runsOnWindows({ manifest: { os, cpu } }: InstalledPackage): boolean {
  return (os?.includes(OS) ?? true) && (cpu?.includes(windowsArchitecture()) ?? true)
}

async function publishedEntries({ directory, manifest }: InstalledPackage): Promise<readonly string[]> {
  const { name, files = ['dist'] } = manifest
  const entries = files.filter((entry) => !entry.startsWith('!'))
  for (const entry of entries) {
    if (/[*?{[]/.test(entry)) throw new Error(`"files" of ${name}: the pattern ${entry} is not supported here`)
    if (entry === 'dist' && !existsSync(join(directory, entry))) throw new Error(`${name} is not built: run pnpm build`)
  }
  return ['package.json', ...entries.filter((entry) => existsSync(join(directory, entry)))]
}

async function allEntries({ directory }: InstalledPackage): Promise<readonly string[]> {
  return (await readdir(directory)).filter((entry) => entry !== 'node_modules')
}

function windowsArchitecture(): string {
  return process.platform === 'win32' ? process.arch : chosenVariant().arch
}
