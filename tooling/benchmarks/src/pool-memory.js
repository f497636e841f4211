import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const LIMIT = 1_000_000

/** Memory of a pool in which every port is reserved, in blocks of 20, in a process of its own. */
export function measurePoolMemory() {
  const script = fileURLToPath(new URL('./full-pool.js', import.meta.url))
  const { bytes, blocks } = JSON.parse(execFileSync(process.execPath, ['--expose-gc', script], { encoding: 'utf8' }))
  return [
    {
      name: 'memory of a full pool of one protocol',
      figure: bytes / 1000,
      unit: ' kB',
      target: '< 1000 kB',
      met: bytes < LIMIT,
      detail: `${blocks} reservations that leave no port free`,
    },
  ]
}
