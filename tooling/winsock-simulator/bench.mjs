import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const folder = join(import.meta.dirname, 'build', 'linux')
const { status } = spawnSync(join(folder, 'test', 'winsock-simulator-benchmark'), {
  stdio: 'inherit',
  env: {
    ...process.env,
    WINSOCK_SIMULATOR_LIBRARY: join(folder, 'libwinsock-simulator.so'),
    WINSOCK_SIMULATOR_POOL: `benchmark-${process.pid}`,
  },
})
process.exitCode = status ?? 1
