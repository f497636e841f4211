import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MEGABYTE = 1_000_000

/** Growth of heap, RSS and handles over a million control calls and 100,000 acquires, in a process for each backend. */
export function measureSteadiness() {
  return ['koffi', 'napi'].flatMap(measureBackend)
}

function measureBackend(backend) {
  const script = fileURLToPath(new URL('./many-calls.js', import.meta.url))
  const args = ['--expose-gc', '--max-semi-space-size=4', script, backend]
  const { growth, calls, cycles } = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
  const row = (name, figure, unit, limit) => {
    return {
      name: `${backend}: ${name} after ${calls} ioctls and ${cycles} acquires`,
      figure,
      unit,
      target: `<= ${limit}${unit}`,
      met: figure <= limit,
      detail: 'against the first tenth of the same run',
    }
  }
  return [
    row('heap', growth.heap / MEGABYTE, ' MB', 1),
    row('RSS', growth.rss / MEGABYTE, ' MB', 16),
    row('open sockets', growth.sockets, '', 0),
  ]
}
