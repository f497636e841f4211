// What two programs that try to take every port of a block get while its ports are handed over on Linux. A slow build loses none
// either, so the copy that --check makes has no such program, and no row.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { valueRow } from '../row.js'

const HAND_OVERS = 33_334

/** The hammer of the tests of transport-linux, which builds the strangers that it starts. */
const HAMMER = fileURLToPath(new URL('../../../../packages/transport-linux/test/programs/hammer.js', import.meta.url))

const rows = []
for (const way of existsSync(HAMMER) ? ['listen', 'bind', 'connect'] : []) {
  const { stdout } = await promisify(execFile)(process.execPath, [HAMMER, way, String(HAND_OVERS)])
  const { tries, taken, lost } = JSON.parse(stdout)
  const name = `linux: ports that strangers took, or hand-overs that failed, of ${HAND_OVERS}, ${way}`
  rows.push(valueRow(0, '', name, [taken + lost], `${tries} tries of two programs`))
}
console.log(JSON.stringify(rows))
