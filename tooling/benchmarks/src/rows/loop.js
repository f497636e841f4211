// The longest turn of the event loop while very many blocks are acquired, released and closed.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { valueRow } from '../row.js'

const RUNS = 3
const SCRIPT = fileURLToPath(new URL('../programs/loop-turns.js', import.meta.url))
const WHAT = {
  acquire: 'napi: longest turn of the loop, 10,000 blocks acquired at once',
  release: 'napi: longest turn of the loop, 10,000 blocks released at once',
  close: 'napi: longest turn of the loop, a manager of 10,000 blocks closed',
  awaited: 'napi: longest turn of the loop, 50,000 blocks acquired and released one by one',
}

const runs = Array.from({ length: RUNS }, () =>
  JSON.parse(execFileSync(process.execPath, ['--expose-gc', SCRIPT], { encoding: 'utf8' })),
)
const rows = Object.entries(WHAT).map(([phase, name]) =>
  valueRow(
    10,
    ' ms',
    name,
    runs.map((run) => run[phase]),
    `CPU time of the thread, ${RUNS} processes`,
  ),
)
console.log(JSON.stringify(rows))
