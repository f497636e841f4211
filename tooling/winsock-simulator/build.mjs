// Leaves build/linux-x64/libwinsock-simulator.so and, where mingw is installed, build/win32-x64/winsock-simulator.dll.
// With --tests also the programs that test them, and all of it once more with sanitizers in build/linux-x64-sanitized.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

const root = import.meta.dirname
const mingw = 'x86_64-w64-mingw32-g++-posix'
const withTests = process.argv.includes('--tests')

function cmake(...args) {
  const { status, stdout, stderr, error } = spawnSync('cmake', args, { encoding: 'utf8' })
  if (status === 0) return
  process.stderr.write(error ? `cmake: ${error.message}\n` : stdout + stderr)
  process.exit(1)
}

function build(name, ...options) {
  const folder = join(root, 'build', name)
  if (!existsSync(join(folder, 'CMakeCache.txt'))) cmake('-S', root, '-B', folder, ...options)
  const targets = withTests ? ['winsock-simulator', 'tests'] : ['winsock-simulator']
  cmake('--build', folder, '--parallel', String(availableParallelism()), '--target', ...targets)
  console.log(`built ${join('build', name)}`)
}

if (process.platform === 'linux') {
  build(`linux-${process.arch}`)
  if (withTests) build(`linux-${process.arch}-sanitized`, '-DWINSOCK_SIMULATOR_SANITIZE=ON')
  if (spawnSync(mingw, ['--version']).status === 0) {
    build('win32-x64', `-DCMAKE_TOOLCHAIN_FILE=${join(root, 'cmake', 'mingw-x64.cmake')}`)
  } else {
    console.log(`skipped build/win32-x64: ${mingw} is not installed (Debian: g++-mingw-w64-x86-64-posix)`)
  }
} else {
  console.log(`skipped: the simulator is built on Linux only, this is ${process.platform}`)
}
