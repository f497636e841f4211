import { execFile } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const TOOLS = ['tooling/benchmarks', 'tooling/winsock-simulator']
const NOT_COPIED = /^(test|native|reports|\.turbo|build\/(?!linux)[^/]+|.*\/CMakeFiles)$/

/**
 * Runs the bench on a copy of this build that is slower and larger by a known amount: what delayed/fault.js says.
 *
 * @param {string | undefined} only the group of rows; undefined: all
 * @returns {Promise<import('./row.js').Row[]>}
 */
export async function runOnDelayedBuild(only) {
  const build = mkdtempSync(join(tmpdir(), 'winport-delayed-build-'))
  try {
    copyTo(build)
    delay(build)
    const options = ['--json', ...(only === undefined ? [] : ['--only', only])]
    const main = join(build, 'tooling', 'benchmarks', 'src', 'main.js')
    return JSON.parse(await outputOf(process.execPath, [main, ...options])).rows
  } finally {
    rmSync(build, { recursive: true })
  }
}

/** The bench exits with 1 because it misses its limits. */
async function outputOf(file, passed) {
  try {
    return (await promisify(execFile)(file, passed, { maxBuffer: 1 << 26 })).stdout
  } catch (error) {
    if (error.code !== 1 || error.stdout === '') throw error
    return error.stdout
  }
}

/** Copies what runs. The links between the packages are relative, so they lead to the copies. */
function copyTo(build) {
  const packages = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}`)
  for (const folder of [...packages, ...TOOLS]) {
    cpSync(join(ROOT, folder), join(build, folder), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !NOT_COPIED.test(relative(join(ROOT, folder), source)),
    })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(build, 'node_modules'))
}

/** Puts the fault in front of the modules that users import and run. */
function delay(build) {
  cpSync(join(import.meta.dirname, 'delayed', 'fault.js'), join(build, 'fault.js'))
  writeFileSync(join(build, 'package.json'), '{ "type": "module" }')
  const winport = join(build, 'packages', 'winport')
  replace(build, entryOf(join(build, 'packages', 'manager')), (original) => [
    `export * from './${original}'`,
    `import { ReservationManager } from './${original}'`,
    'delayManagers(ReservationManager)',
  ])
  replace(build, entryOf(winport), (original) => ['delayThisProcess()', `export * from './${original}'`])
  replace(build, join(winport, readManifest(winport).bin.winport), (original) => [
    'delayThisProcess()',
    `await import('./${original}')`,
  ])
  addPackages(winport, sizeOf(join(build, 'packages')) / 3)
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

function entryOf(folder) {
  return join(folder, readManifest(folder).exports['.'].default)
}

/** Puts another module in the place of this one. */
function replace(build, file, linesFor) {
  const original = `original-${basename(file)}`
  renameSync(file, join(dirname(file), original))
  const fault = relative(dirname(file), join(build, 'fault.js'))
  const lines = [`import { delayManagers, delayThisProcess } from '${fault}'`, ...linesFor(original)]
  writeFileSync(file, lines.join('\n'))
}

/** Lets the package in this folder need a third more packages, which have so many bytes. */
function addPackages(folder, bytes) {
  const manifest = readManifest(folder)
  const needed = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).length
  const names = Array.from({ length: Math.ceil(needed / 3) }, (_, index) => `added-${index}`)
  for (const name of names) {
    const place = join(folder, 'node_modules', name)
    mkdirSync(place)
    writeFileSync(join(place, 'package.json'), JSON.stringify({ name, version: '0.0.0' }))
    writeFileSync(join(place, 'added.js'), '/'.repeat(bytes / names.length))
  }
  manifest.dependencies = { ...manifest.dependencies, ...Object.fromEntries(names.map((name) => [name, '0.0.0'])) }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
}

/** The bytes of all built JavaScript in these packages. */
function sizeOf(packages) {
  const dists = readdirSync(packages).map((name) => join(packages, name, 'dist'))
  const files = dists.flatMap((dist) => readdirSync(dist, { recursive: true }).map((file) => join(dist, file)))
  return files.reduce((sum, file) => sum + (statSync(file).isFile() ? statSync(file).size : 0), 0)
}
