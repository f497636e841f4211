// Builds build/floor.node, which the backends are measured against.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = import.meta.dirname
const folder = join(root, 'build')

function cmake(...args) {
  const { status, stdout, stderr, error } = spawnSync('cmake', args, { encoding: 'utf8' })
  if (status === 0) return
  process.stderr.write(error ? `cmake: ${error.message}\n` : stdout + stderr)
  process.exit(1)
}

if (process.platform === 'linux') {
  cmake('-S', root, '-B', folder)
  cmake('--build', folder)
} else {
  console.log(`skipped: the benchmarks run on Linux only, this is ${process.platform}`)
}
