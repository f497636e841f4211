// `pnpm bench`: README.md says what the rows are. Exits with 1 if a limit is exceeded.
//
//     --json            prints the rows for machines
//     --only <group>    measures one group of rows, with and without --check
//     --check           runs the bench on a build that is slower by a known delay, and exits with 1 if a row stays green
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { runOnDelayedBuild } from './delayed-build.js'
import { enterNetwork } from './network.js'
import { middleRows } from './row.js'
import { table } from './table.js'

/** The files of rows/. */
const GROUPS = ['start-up', 'servers', 'doors', 'reservations', 'searches', 'loop', 'memory', 'linux', 'hammer', 'size']

/** How many processes measure the groups whose figures differ more between two processes than between two rounds. */
const PROCESSES = { servers: 3, doors: 3, reservations: 3, searches: 3, linux: 3 }

/** This group has no row that a delay changes. */
const WITHOUT_DELAY = 'hammer'

const { values: options } = parseArgs({
  options: { json: { type: 'boolean' }, check: { type: 'boolean' }, only: { type: 'string' } },
})
const network = enterNetwork(fileURLToPath(import.meta.url), process.argv.slice(2))
process.exitCode = 'exitCode' in network ? network.exitCode : options.check ? await check() : await bench()

async function bench() {
  const rows = []
  for (const group of groups()) rows.push(...(await measure(group)))
  if (options.json) {
    const { version, platform } = process
    console.log(JSON.stringify({ node: version, platform, ownNetwork: network.isOwn, rows }, null, 2))
  } else {
    if (!network.isOwn)
      console.log('This machine allows no network namespace: other programs may disturb the figures.\n')
    console.log(table(rows))
    const missed = rows.filter(({ met }) => !met).length
    console.log(`${rows.length - missed} met, ${missed} missed`)
  }
  return rows.every(({ met }) => met) ? 0 : 1
}

function groups() {
  if (options.only === undefined) return GROUPS
  if (!GROUPS.includes(options.only)) throw new Error(`--only takes one of: ${GROUPS.join(', ')}`)
  return [options.only]
}

/** Each group runs in processes of its own: what one has compiled and collected does not change the next. */
async function measure(group) {
  const script = fileURLToPath(new URL(`rows/${group}.js`, import.meta.url))
  const started = performance.now()
  const runs = []
  for (let i = 0; i < (PROCESSES[group] ?? 1); i++) {
    const { stdout } = await promisify(execFile)(process.execPath, [script])
    runs.push(JSON.parse(stdout))
  }
  process.stderr.write(`${group}: ${((performance.now() - started) / 1000).toFixed(1)} s\n`)
  return middleRows(runs)
}

async function check() {
  const plain = []
  for (const group of groups()) if (group !== WITHOUT_DELAY) plain.push(...(await measure(group)))
  const delayed = await runOnDelayedBuild(options.only)
  console.log(table(delayed))
  const asleep = delayed.filter((row) => !notices(row, plain))
  for (const { name } of asleep) console.log(`not noticed: ${name}`)
  console.log(`${delayed.length - asleep.length} of ${delayed.length} rows notice the delay`)
  return asleep.length === 0 ? 0 : 1
}

/** Whether the delay turns the row red; or, if it is red without the delay, whether it would at a limit 15 percent above its figure. */
function notices({ name, met, median }, plain) {
  const own = plain.find((row) => row.name === name)
  return !met && (own.met || median > own.median * 1.15)
}
