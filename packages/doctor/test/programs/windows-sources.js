// Prints the excluded ranges that the map of this Windows has, first with its own netsh and registry, and then with a netsh that
// prints each file: windows-sources.js <key of the persistent ranges> <folder of a System32 with that netsh> <file>...
import { execFileSync } from 'node:child_process'
import { readPortMap } from '@winport/doctor'

const [key, folder, ...files] = process.argv.slice(2)
const reg = (...passed) => execFileSync('reg.exe', passed, { stdio: 'ignore' })

async function readExclusions() {
  const { ranges, unknown } = await readPortMap({ protocol: 'tcp' })
  const excluded = ranges.filter(({ kind }) => kind === 'reserved' || kind === 'administered')
  return {
    ranges: excluded.map(({ startPort, endPort, kind }) => [startPort, endPort, kind]),
    unknown: unknown.exclusions ?? null,
  }
}

try {
  reg('delete', key, '/f') // what a run that was stopped has left
} catch {
  // There is nothing.
}
const bare = await readExclusions()
reg('add', key, '/v', 'cc570100', '/t', 'REG_BINARY', '/d', '00', '/f')
reg('add', key, '/v', '1f950302', '/t', 'REG_BINARY', '/d', '00', '/f')
const persistent = await readExclusions()
reg('delete', key, '/f')

const printed = []
process.env.SystemRoot = folder
for (const file of files) {
  process.env.NETSH_OUTPUT = file
  printed.push(await readExclusions())
}
console.log(JSON.stringify({ bare, persistent, printed }))
