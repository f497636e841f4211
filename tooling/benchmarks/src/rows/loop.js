// The longest turn of the event loop while very many blocks are acquired, released and closed, against sockets that are bound in
// C, which takes 10 ms on an idle machine: a busy one lengthens both.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ratioRow } from '../row.js'

const RUNS = 5
/** The promise is 10 ms on a machine that binds and closes so many sockets in 10 ms. */
const SOCKETS = 1280
const SCRIPT = fileURLToPath(new URL('../programs/loop-turns.js', import.meta.url))
const WHAT = {
  acquire: 'napi: longest turn of the loop, 10,000 blocks acquired at once',
  release: 'napi: longest turn of the loop, 10,000 blocks released at once',
  close: 'napi: longest turn of the loop, a manager of 10,000 blocks closed',
  awaited: 'napi: longest turn of the loop, 50,000 blocks acquired and released one by one',
}

const runs = Array.from({ length: RUNS }, () =>
  JSON.parse(execFileSync(process.execPath, ['--expose-gc', SCRIPT, String(SOCKETS)], { encoding: 'utf8' })),
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
