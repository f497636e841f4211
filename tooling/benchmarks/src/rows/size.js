// What `npm install winport` brings, without the native code: that is built elsewhere.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { valueRow } from '../row.js'

const WITHOUT = /^(prebuilds|native)\//

const folders = new Map()
collect('winport', import.meta.filename)
const packed = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', ...folders.values()], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'ignore'],
  }),
)
const files = packed.flatMap((one) => one.files).filter(({ path }) => !WITHOUT.test(path))
const kilobytes = files.reduce((sum, { size }) => sum + size, 0) / 1000
const rows = [
  valueRow(9, '', 'packages that come with winport', [folders.size], [...folders.keys()].join(', ')),
  valueRow(2450, ' kB', 'the files of these packages, without native code', [kilobytes], `${files.length} files`),
]
console.log(JSON.stringify(rows))

/** The package of this name as this file finds it, and what it needs. */
function collect(name, from) {
  if (folders.has(name)) return
  const folder = createRequire(from)
    .resolve.paths(name)
    .map((path) => join(path, name))
    .find((path) => existsSync(join(path, 'package.json')))
  if (folder === undefined) throw new Error(`${name} is not installed`)
  const real = realpathSync(folder)
  folders.set(name, real)
  const manifest = join(real, 'package.json')
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8'))
  for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) collect(needed, manifest)
}
