// Memory that a block needs while it is held, and what stays after its release.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { valueRow } from '../row.js'

const RUNS = 3
const SCRIPT = fileURLToPath(new URL('../programs/block-memory.js', import.meta.url))
const WHAT = {
  held: [980, 'napi: heap of a block that is held'],
  atOnce: [100, 'napi: heap that stays of a block, released with all others'],
  inTurn: [100, 'napi: heap that stays of a block, released in turn, the newest first'],
  everySecond: [100, 'napi: heap that stays of a block, released while every second one stays, and these after'],
}

const runs = Array.from({ length: RUNS }, () =>
  JSON.parse(execFileSync(process.execPath, ['--expose-gc', SCRIPT], { encoding: 'utf8' })),
)
const rows = Object.entries(WHAT).map(([pattern, [limit, name]]) =>
  valueRow(
    limit,
    ' B',
    name,
    runs.map((run) => run[pattern]),
    `10,000 blocks, ${RUNS} processes`,
  ),
)
console.log(JSON.stringify(rows))
