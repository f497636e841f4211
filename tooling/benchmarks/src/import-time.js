import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { atMost } from './row.js'

const run = promisify(execFile)
const RUNS = 31
const EMPTY = fileURLToPath(new URL('./empty-module.js', import.meta.url))
const WINPORT = fileURLToPath(import.meta.resolve('winport'))

/** Time of `import 'winport'` in a fresh process against that of an empty module, in turn: the quickest of each. */
export async function measureImport() {
  const empty = []
  const winport = []
  for (let i = 0; i < RUNS; i++) {
    empty.push(await timeImport(EMPTY))
    winport.push(await timeImport(WINPORT))
  }
  return [
    atMost(
      1.5,
      "import 'winport' in a fresh process, against an empty module",
      Math.min(...winport),
      Math.min(...empty),
    ),
  ]
}

async function timeImport(path) {
  const script = `const t = performance.now(); await import(${JSON.stringify(path)}); console.log(performance.now() - t)`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script])
  return Number(stdout)
}
