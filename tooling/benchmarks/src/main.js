// `pnpm bench`: every figure is a ratio against a reference that was measured in the same run, so that it means the
// same on a slow machine as on a fast one. `--json` prints the same for machines. Exits with 1 if a target is missed.
import { measureControlCalls } from './control-calls.js'
import { measureFirstAcquire } from './first-acquire-time.js'
import { measureFragmentation } from './fragmentation.js'
import { measureImport } from './import-time.js'
import { measureLinuxHolds } from './linux-holds.js'
import { measurePeers } from './peers.js'
import { measurePoolMemory } from './pool-memory.js'
import { measureReservations } from './reservations.js'
import { measureSteadiness } from './steadiness.js'

/** @typedef {import('./row.js').Row} Row */

const measurements = [
  measureControlCalls,
  measureReservations,
  measurePeers,
  measureLinuxHolds,
  measureFragmentation,
  measureImport,
  measureFirstAcquire,
  measurePoolMemory,
  measureSteadiness,
]

/** @type {Row[]} */
const rows = []
for (const measure of measurements) rows.push(...(await measure()))

if (process.argv.includes('--json')) {
  process.stdout.write(`${JSON.stringify({ node: process.version, platform: process.platform, rows }, null, 2)}\n`)
} else {
  printTable(rows)
}
process.exitCode = rows.every(({ met }) => met) ? 0 : 1

/** @param {Row[]} rows */
function printTable(rows) {
  const cells = rows.map(({ name, figure, unit, target, met, detail }) => {
    return [
      name,
      Number.isNaN(figure) ? '-' : `${Number(figure.toPrecision(3))}${unit}`,
      target,
      target === '' ? '' : met ? 'met' : 'MISSED',
      detail,
    ]
  })
  const table = [['what', 'figure', 'target', '', 'measured'], ...cells]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  for (const row of table) {
    process.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    )
  }
}
