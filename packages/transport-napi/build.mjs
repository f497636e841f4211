// Builds the addon: prebuilds/linux-x64 for tests (never published) and, where mingw is installed, prebuilds/win32-x64. With
// --tests also those in build/linux-x64-* that only tests load: with sanitizers, and one that loses memory. On Windows:
// prebuilds/win32-<arch>, with MSVC. What is up to date is left alone.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

const root = import.meta.dirname
const ADDON = 'winport-transport.napi.node'
const MINGW = 'x86_64-w64-mingw32-g++-posix'

function cmake(...args) {
  const { status, stdout, stderr, error } = spawnSync('cmake', args, { encoding: 'utf8' })
  if (status === 0) return
  process.stderr.write(error ? `cmake: ${error.message}\n` : stdout + stderr)
  process.exit(1)
}

const changedAt = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0)
const sources = ['CMakeLists.txt', 'package.json', 'build.mjs', 'native', 'test/native', 'cmake'].flatMap((name) => {
  const path = join(root, name)
  return statSync(path).isDirectory() ? [path, ...readdirSync(path).map((file) => join(path, file))] : [path]
})
const lastChange = Math.max(...sources.map(changedAt))

/** @param prebuild the folder of prebuilds that the addon is for, if it is for any */
function build(name, { prebuild, options = [] }) {
  const folder = join(root, 'build', name)
  const target = prebuild === undefined ? join(folder, ADDON) : join(root, 'prebuilds', prebuild, ADDON)
  if (changedAt(target) > lastChange) return
  if (changedAt(join(folder, 'CMakeCache.txt')) <= changedAt(join(root, 'package.json'))) {
    rmSync(folder, { recursive: true, force: true }) // other headers, perhaps
    cmake('-S', root, '-B', folder, ...options)
  }
  cmake('--build', folder, '--config', 'Release', '--parallel', String(availableParallelism()))
  const built = [join(folder, ADDON), join(folder, 'Release', ADDON)].find(existsSync)
  if (prebuild === undefined) return console.log(`built ${name}`)
  mkdirSync(join(target, '..'), { recursive: true })
  copyFileSync(built, target)
  console.log(`built prebuilds/${prebuild}: ${statSync(target).size} bytes`)
}

const mingwOptions = [`-DCMAKE_TOOLCHAIN_FILE=${join(root, 'cmake', 'mingw-x64.cmake')}`]
const MSVC_PLATFORM = { x64: 'x64', ia32: 'Win32', arm64: 'ARM64' }

if (process.platform === 'linux') {
  build(`linux-${process.arch}`, { prebuild: `linux-${process.arch}` })
  if (process.argv.includes('--tests')) {
    build(`linux-${process.arch}-sanitized`, { options: ['-DWINPORT_SANITIZE=ON'] })
    build(`linux-${process.arch}-losing-memory`, { options: ['-DWINPORT_LOSE_MEMORY=ON'] })
  }
  if (spawnSync(MINGW, ['--version']).status === 0) build('win32-x64', { prebuild: 'win32-x64', options: mingwOptions })
  else console.log(`skipped prebuilds/win32-x64: ${MINGW} is not installed (Debian: g++-mingw-w64-x86-64-posix)`)
} else if (process.platform === 'win32') {
  const arch = process.env.WINPORT_ARCH ?? process.arch
  build(`win32-${arch}`, { prebuild: `win32-${arch}`, options: ['-A', MSVC_PLATFORM[arch]] })
} else {
  console.log(`skipped: the addon is for Windows, and for tests on Linux; this is ${process.platform}`)
}
