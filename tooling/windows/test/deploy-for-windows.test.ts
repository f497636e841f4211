import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { deployForWindows } from '../src/index.js'

describe('deployForWindows', () => {
  let workspace: string

  beforeEach(async () => {
    workspace = await mkdtemp(join(tmpdir(), 'winport-workspace-'))
    vi.stubEnv('WINPORT_CACHE', join(workspace, 'cache'))
    await lay('packages/app', {
      name: '@x/app',
      files: ['dist'],
      dependencies: { '@x/core': '*', old: '1', native: '1' },
    })
    await lay('packages/core', { name: '@x/core', files: ['dist', '!dist/x'], dependencies: { old: '2' } })
    await write('packages/app/dist/.tsbuildinfo', '')
    await write('packages/app/src/index.ts', '')
    await write('packages/app/test/main.js', '')
    await lay('.pnpm/old@1/node_modules/old', { name: 'old', version: '1.0.0' })
    await lay('.pnpm/old@2/node_modules/old', { name: 'old', version: '2.0.0' })
    await lay('.pnpm/native@1/node_modules/native', {
      name: 'native',
      optionalDependencies: { 'native-win32': '1', 'native-linux': '1', 'native-absent': '1' },
    })
    await lay('.pnpm/native@1/node_modules/native-win32', { name: 'native-win32', os: ['win32'] })
    await lay('.pnpm/native@1/node_modules/native-linux', { name: 'native-linux', os: ['linux'] })
    await lay('.pnpm/dev@1/node_modules/dev', { name: 'dev' })
    await link('packages/app/node_modules/@x/core', 'packages/core')
    await link('packages/app/node_modules/old', 'node_modules/.pnpm/old@1/node_modules/old')
    await link('packages/app/node_modules/dev', 'node_modules/.pnpm/dev@1/node_modules/dev')
    await link('packages/app/node_modules/native', 'node_modules/.pnpm/native@1/node_modules/native')
    await link('packages/core/node_modules/old', 'node_modules/.pnpm/old@2/node_modules/old')
  })

  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(workspace, { recursive: true, force: true })
  })

  it('copies the published files, the tests and the production dependencies, without links', async () => {
    expect(await tree(await deploy())).toEqual([
      'dist/index.js',
      'node_modules/@x/core/dist/index.js',
      'node_modules/@x/core/node_modules/old/dist/index.js',
      'node_modules/@x/core/node_modules/old/package.json',
      'node_modules/@x/core/package.json',
      'node_modules/native-win32/dist/index.js',
      'node_modules/native-win32/package.json',
      'node_modules/native/dist/index.js',
      'node_modules/native/package.json',
      'node_modules/old/dist/index.js',
      'node_modules/old/package.json',
      'package.json',
      'test/main.js',
    ])
  })

  it('gives each package the version that it depends on', async () => {
    const folder = await deploy()
    const version = async (path: string) =>
      JSON.parse(await readFile(join(folder, path, 'package.json'), 'utf8')).version
    expect(await version('node_modules/old')).toBe('1.0.0')
    expect(await version('node_modules/@x/core/node_modules/old')).toBe('2.0.0')
  })

  it('adds the given development dependencies', async () => {
    const folder = await deployForWindows('@x/app', { workspace, devDependencies: ['dev'] })
    expect(await tree(folder)).toContain('node_modules/dev/package.json')
  })

  it('returns the same folder until an input changes', async () => {
    const first = await deploy()
    expect(await deploy()).toBe(first)
    await write('packages/core/dist/index.js', 'export const changed = true')
    const second = await deploy()
    expect(second).not.toBe(first)
    expect(await readFile(join(second, 'node_modules/@x/core/dist/index.js'), 'utf8')).toContain('changed')
    expect(await readFile(join(first, 'node_modules/@x/core/dist/index.js'), 'utf8')).not.toContain('changed')
  })

  it('can be called several times at once', async () => {
    const folders = await Promise.all([deploy(), deploy(), deploy()])
    expect(new Set(folders).size).toBe(1)
    expect(await readdir(dirname(folders[0] ?? ''))).toHaveLength(1)
  })

  it('rejects if a package is not built', async () => {
    await rm(join(workspace, 'packages/core/dist'), { recursive: true })
    await expect(deploy()).rejects.toThrow('@x/core is not built: run pnpm build')
  })

  it('rejects if a dependency is not installed', async () => {
    await rm(join(workspace, 'packages/core/node_modules'), { recursive: true })
    await expect(deploy()).rejects.toThrow('@x/core needs old, which is not installed: run pnpm install')
  })

  it('rejects if there is no such package', async () => {
    await expect(deployForWindows('@x/none', { workspace })).rejects.toThrow('is called @x/none')
  })

  function deploy(): Promise<string> {
    return deployForWindows('@x/app', { workspace })
  }

  async function lay(folder: string, manifest: object): Promise<void> {
    const at = folder.startsWith('.pnpm') ? join('node_modules', folder) : folder
    await write(join(at, 'package.json'), JSON.stringify({ version: '1.0.0', ...manifest }))
    await write(join(at, 'dist/index.js'), '')
  }

  async function write(path: string, contents: string): Promise<void> {
    await mkdir(dirname(join(workspace, path)), { recursive: true })
    await writeFile(join(workspace, path), contents)
  }

  async function link(from: string, to: string): Promise<void> {
    await mkdir(dirname(join(workspace, from)), { recursive: true })
    await symlink(join(workspace, to), join(workspace, from), 'junction')
  }
})

async function tree(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  expect(entries.filter((entry) => entry.isSymbolicLink())).toEqual([])
  const files = entries.filter((entry) => entry.isFile())
  return files
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}
