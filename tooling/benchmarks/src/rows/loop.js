// The longest turn of the event loop while very many blocks are acquired, released and closed, against calls in C that take 10 ms
// on an idle machine: a busy one lengthens both.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ratioRow } from '../row.js'

const RUNS = 5
const PORTS = 20
/** The promise is 10 ms on a machine that makes so many of these calls in 10 ms. */
const CYCLES = 1300
const SCRIPT = fileURLToPath(new URL('../programs/loop-turns.js', import.meta.url))
const WHAT = {
  acquire: 'napi: longest turn of the loop, 10,000 blocks acquired at once',
  release: 'napi: longest turn of the loop, 10,000 blocks released at once',
  close: 'napi: longest turn of the loop, a manager of 10,000 blocks closed',
  awaited: 'napi: longest turn of the loop, 50,000 blocks acquired and released one by one',
}

const runs = Array.from({ length: RUNS }, () =>
  JSON.parse(
    execFileSync(process.execPath, ['--expose-gc', SCRIPT, String(PORTS), String(CYCLES)], { encoding: 'utf8' }),
  ),
)
const reference = runs.map((run) => run.reference)
const rows = Object.entries(WHAT).map(([phase, name]) =>
  ratioRow(
    1,
    name,
    runs.map((run) => run[phase]),
    reference,
  ),
)
console.log(JSON.stringify(rows))
