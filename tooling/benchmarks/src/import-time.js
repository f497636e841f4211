import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const RUNS = 31
const EMPTY = fileURLToPath(new URL('./empty-module.js', import.meta.url))
const WINPORT = fileURLToPath(import.meta.resolve('winport'))

/** Time of `import 'winport'` in a fresh process against that of an empty module, in turn. */
export async function measureImport() {
  const empty = []
  const winport = []
  for (let i = 0; i < RUNS; i++) {
    empty.push(await timeImport(EMPTY))
    winport.push(await timeImport(WINPORT))
  }
  const ratio = median(winport) / median(empty)
  return [
    {
      name: "import 'winport', against an empty module",
      figure: ratio,
      unit: 'x',
      target: '<= 1.5x',
      met: ratio <= 1.5,
      detail: `${median(winport).toFixed(2)} ms against ${median(empty).toFixed(2)} ms, in a fresh process`,
    },
  ]
}

async function timeImport(path) {
  const script = `const t = performance.now(); await import(${JSON.stringify(path)}); console.log(performance.now() - t)`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script])
  return Number(stdout)
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
