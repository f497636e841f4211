import { execFile } from 'node:child_process'
import { chmodSync, copyFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const POSTJECT = createRequire(import.meta.url).resolve('postject/dist/cli.js')

/** Marks the place in every Node.js executable. See https://nodejs.org/api/single-executable-applications.html */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

/** Builds a single executable application from a script in CommonJS and its assets. @returns its path */
export async function buildSingleExecutable(
  main: string,
  assets: Readonly<Record<string, string>>,
  folder: string,
): Promise<string> {
  const config = join(folder, 'sea.json')
  const output = join(folder, 'sea.blob')
  const executable = join(folder, process.platform === 'win32' ? 'single-executable.exe' : 'single-executable')
  writeFileSync(config, JSON.stringify({ main, output, assets, disableExperimentalSEAWarning: true }))
  await run(process.execPath, ['--experimental-sea-config', config])
  copyFileSync(process.execPath, executable)
  chmodSync(executable, 0o755)
  await run(process.execPath, [POSTJECT, executable, 'NODE_SEA_BLOB', output, '--sentinel-fuse', FUSE])
  return executable
}
