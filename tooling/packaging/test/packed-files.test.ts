import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { AbortError } from '@winport/transport'
import { throwIfAborted } from '@winport/transport/backend'
import { afterAll, expect, it } from 'vitest'
import { entryPointsOf } from './entry-points.js'
import { packPackages } from './packed-packages.js'

const MEGABYTE = 1_000_000

const ALLOWED =
  /^(?:package\.json|(?:README|API|FRAMEWORKS|WORLDS)\.md|LICENSE|dist\/(?:[\w-]+\/)*[\w-]+\.(?:js|js\.map|d\.ts))$/
const ALLOWED_IN_NAPI =
  /^(?:prebuilds\/win32-(?:x64|ia32|arm64)\/winport-transport\.napi\.node|native\/[\w-]+\.(?:cc|h)|CMakeLists\.txt)$/
const ALLOWED_IN_LINUX =
  /^(?:prebuilds\/linux-(?:x64|arm64)\/winport-linux\.napi\.node|native\/[\w-]+\.(?:c|h)|CMakeLists\.txt)$/

const ALLOWED_IN_WINPORT = /^map-page\/[\w-]+\.(?:css|html|js)$/

const folder = mkdtempSync(join(tmpdir(), 'winport-packed-'))
const packages = await packPackages(folder)
afterAll(() => rmSync(folder, { recursive: true }))

it('nine packages are packed', () => {
  expect(packages.map(({ name }) => name).sort()).toEqual([
    '@winport/definitions',
    '@winport/doctor',
    '@winport/manager',
    '@winport/transport',
    '@winport/transport-koffi',
    '@winport/transport-linux',
    '@winport/transport-mock',
    '@winport/transport-napi',
    'winport',
  ])
})

it.each(packages)(
  '$name contains only code, declarations and documents, and all its entry points',
  ({ name, files, manifest }) => {
    const isAllowed = (file: string) =>
      ALLOWED.test(file) ||
      (name.endsWith('-napi') && ALLOWED_IN_NAPI.test(file)) ||
      (name.endsWith('-linux') && ALLOWED_IN_LINUX.test(file)) ||
      (name === 'winport' && ALLOWED_IN_WINPORT.test(file))
    expect(files.filter((file) => !isAllowed(file))).toEqual([])
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : [target.types, target.default],
    )
    for (const file of ['./README.md', './LICENSE', ...targets]) expect(files).toContain(file.slice(2))
  },
)

it.each(packages)('$name runs no install script and depends on nothing outside the registry', ({ manifest, files }) => {
  expect(Object.keys(manifest.scripts ?? {}).filter((name) => /^(?:pre|post)?install$/.test(name))).toEqual([])
  expect(files).not.toContain('binding.gyp') // npm would build the addon
  expect(JSON.stringify(manifest)).not.toMatch(/workspace:|catalog:/)
})

it.each(packages)('$name has each module once, in few files, with its source', async ({ name, tarball, files }) => {
  const scripts = files.filter((file) => /^dist\/.*\.js$/.test(file))
  expect(scripts.length, scripts.join(' ')).toBeLessThanOrEqual(name === 'winport' ? 30 : 6)
  const unpacked = join(folder, name.replace('/', '-'))
  mkdirSync(unpacked)
  await promisify(execFile)('tar', ['-xzf', tarball, '-C', unpacked])
  const modules: string[] = []
  for (const script of scripts) {
    const path = join(unpacked, 'package', script)
    const text = readFileSync(path, 'utf8')
    expect(text.match(/\bclass \w+\$\d+/g), `${script}: a class has another name than in its source`).toBeNull()
    const map = /^\/\/# sourceMappingURL=(.+)$/m.exec(text)?.[1]
    if (map === undefined) {
      expect(text.match(/^(?!import |export |$).+/gm), `${script} has code without a source map`).toBeNull()
      continue
    }
    const { sources, sourcesContent } = JSON.parse(readFileSync(join(dirname(path), map), 'utf8'))
    expect(sourcesContent.filter((source: unknown) => typeof source === 'string')).toHaveLength(sources.length)
    modules.push(...sources.map((source: string) => resolve(dirname(path), source)))
  }
  expect(modules.length).toBeGreaterThan(1)
  expect(modules.filter((module, index) => modules.indexOf(module) !== index)).toEqual([])
})

it.each(packages.flatMap(({ manifest }) => entryPointsOf(manifest)))(
  'every class and function that $specifier exports has the name of its export',
  async ({ specifier }) => {
    const exported = Object.entries(await import(specifier)).filter(([, value]) => typeof value === 'function')
    expect(exported.map(([, value]) => (value as () => unknown).name)).toEqual(exported.map(([name]) => name))
  },
)

it('the doors of a package share their classes', () => {
  const aborted = AbortSignal.abort()
  expect(() => throwIfAborted(aborted)).toThrow(AbortError)
})

it('each package is smaller than a megabyte', () => {
  const sizes = packages.map(({ name, tarball }) => ({ name, size: statSync(tarball).size }))
  mkdirSync('reports', { recursive: true })
  writeFileSync('reports/packed-sizes.txt', sizes.map(({ name, size }) => `${size} ${name}\n`).join(''))
  expect(sizes.filter(({ size }) => size >= MEGABYTE)).toEqual([])
})
