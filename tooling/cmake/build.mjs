// Builds the native code of the package in the current folder:
//
//     node ../../tooling/cmake/build.mjs [--target NAME] PRESET...
//
// The package's CMakePresets.json has the presets, most of them from presets.json here; "msvc" stands for the one of this
// machine's architecture. Skips a preset that is for another system, and one whose compiler is not installed. Does nothing if
// no file of the package is newer than the last build, because even a build system that finds nothing to do takes half a second.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

/** The compilers that a machine may lack, with the Debian packages that have them. */
const COMPILERS = {
  clang: ['clang++', 'clang'],
  'linux-arm64': ['aarch64-linux-gnu-gcc', 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross'],
  'mingw-x64': ['x86_64-w64-mingw32-g++-posix', 'g++-mingw-w64-x86-64-posix'],
  'mingw-ia32': ['i686-w64-mingw32-g++-posix', 'g++-mingw-w64-i686-posix'],
}

const { values, positionals } = parseArgs({ options: { target: { type: 'string' } }, allowPositionals: true })

const OUTPUT = new Set(['build', 'dist', 'node_modules', 'prebuilds', 'reports', '.turbo'])

function newestIn(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !OUTPUT.has(name))
  return Math.max(...entries.map((entry) => newest(join(folder, entry.name), entry.isDirectory())))
}

function newest(path, isDirectory) {
  return Math.max(statSync(path).mtimeMs, isDirectory ? newestIn(path) : 0)
}

/** A change of any of these may change the compiler, the options or the headers, so it needs a new configuration. */
const configuration = [import.meta.dirname, 'CMakePresets.json', 'package.json']
const lastConfigured = Math.max(...configuration.map((path) => newest(path, path === import.meta.dirname)))
const lastChange = Math.max(newestIn('.'), lastConfigured)

function isNewer(stamp, than) {
  return existsSync(stamp) && statSync(stamp).mtimeMs > than
}

function cmake(...args) {
  const { status, stdout, stderr, error } = spawnSync('cmake', args, { encoding: 'utf8' })
  if (status === 0) return
  process.stderr.write(error ? `cmake: ${error.message}\n` : stdout + stderr)
  process.exit(1)
}

function isForThisSystem(preset) {
  return preset.startsWith('msvc-') ? process.platform === 'win32' : process.platform === 'linux'
}

function isInstalled(folder) {
  const manifest = join(folder, 'install_manifest.txt')
  return !existsSync(manifest) || readFileSync(manifest, 'utf8').split(/\r?\n/).filter(Boolean).every(existsSync)
}

function build(preset) {
  const started = new Date()
  const folder = join('build', preset)
  const configured = join(folder, 'configured.stamp')
  const built = join(folder, `built-${values.target ?? 'all'}.stamp`)
  if (isNewer(built, lastChange) && isInstalled(folder)) return
  if (!isNewer(configured, lastConfigured)) {
    const [compiler, debianPackage] = COMPILERS[preset] ?? []
    if (compiler !== undefined && spawnSync(compiler, ['--version']).status !== 0) {
      console.log(`skipped ${preset}: ${compiler} is not installed (Debian: ${debianPackage})`)
      return
    }
    rmSync(folder, { recursive: true, force: true })
    cmake('--preset', preset)
    writeFileSync(configured, '')
  }
  const target = values.target === undefined ? [] : ['--target', values.target]
  cmake('--build', folder, '--config', 'Release', '--parallel', String(availableParallelism()), ...target)
  writeFileSync(built, '')
  utimesSync(built, started, started) // a file that changed during the build is newer
  console.log(`built ${preset}`)
}

const presets = positionals.map((preset) => (preset === 'msvc' ? `msvc-${process.arch}` : preset))
const buildable = presets.filter(isForThisSystem)
if (buildable.length === 0) console.log(`skipped: none of ${positionals.join(', ')} is for ${process.platform}`)
for (const preset of buildable) build(preset)
