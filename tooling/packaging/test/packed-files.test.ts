import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { packPackages } from './packed-packages.js'

const MEGABYTE = 1_000_000

const ALLOWED =
  /^(?:package\.json|(?:README|API|FRAMEWORKS|WORLDS)\.md|LICENSE|dist\/(?:[\w-]+\/)*[\w-]+\.(?:js|d\.ts))$/
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

it('each package is smaller than a megabyte', () => {
  const sizes = packages.map(({ name, tarball }) => ({ name, size: statSync(tarball).size }))
  mkdirSync('reports', { recursive: true })
  writeFileSync('reports/packed-sizes.txt', sizes.map(({ name, size }) => `${size} ${name}\n`).join(''))
  expect(sizes.filter(({ size }) => size >= MEGABYTE)).toEqual([])
})
