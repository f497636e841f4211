import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** A package in the state in which it would be published. */
export interface PackedPackage {
  readonly name: string
  readonly version: string
  readonly tarball: string
  readonly files: readonly string[]
  readonly manifest: Manifest
}

export interface Manifest {
  readonly name: string
  /** The conditions of a module, or the path of another file. */
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>
  readonly scripts?: Readonly<Record<string, string>>
}

/** Packs each package of `packages/` into a folder, as `pnpm publish` does. */
export async function packPackages(folder: string): Promise<readonly PackedPackage[]> {
  const args = ['--recursive', '--filter=./packages/*', 'pack', '--json', `--pack-destination=${folder}`]
  const { stdout } = await run('pnpm', args, { cwd: ROOT })
  const packed: readonly { name: string; version: string; filename: string; files: { path: string }[] }[] =
    JSON.parse(stdout)
  return await Promise.all(
    packed.map(async ({ name, version, filename: tarball, files }) => {
      const manifest = await run('tar', ['-xzOf', tarball, 'package/package.json'])
      return { name, version, tarball, files: files.map(({ path }) => path), manifest: JSON.parse(manifest.stdout) }
    }),
  )
}
