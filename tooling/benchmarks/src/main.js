// `pnpm bench`: every figure is a ratio against a reference that was measured in the same run, so that it means the
// same on a slow machine as on a fast one. `--json` prints the same for machines. Exits with 1 if a target is missed.
import { measureFragmentation } from './fragmentation.js'
import { measureImport } from './import-time.js'
import { measureKoffi } from './koffi.js'
import { measurePeers } from './peers.js'
import { measurePoolMemory } from './pool-memory.js'
import { measureSteadiness } from './steadiness.js'

/** @typedef {{ name: string, figure: number, unit: string, target: string, met: boolean, detail: string }} Row */

const measurements = [
  measureFragmentation,
  measurePoolMemory,
  measurePeers,
  measureImport,
  measureKoffi,
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
      `${Number(figure.toPrecision(3))}${unit}`,
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
