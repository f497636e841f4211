// Prints what WindowsSources finds on this Windows: windows-sources.js <folder of a System32 with a netsh.exe> <file to print>...
import { execFileSync } from 'node:child_process'
import { persistentExclusionsQuery } from '../../dist/windows/persistent-exclusions.js'
import { runProgram } from '../../dist/windows/windows-program.js'
import { WindowsSources } from '../../dist/windows/windows-sources.js'

const [folder, ...files] = process.argv.slice(2)
const [, key] = persistentExclusionsQuery('tcp')
const sources = new WindowsSources()
const reg = (...passed) => execFileSync('reg.exe', passed, { stdio: 'ignore' })

const bare = await sources.readExclusions('tcp')
reg('add', key, '/v', 'cc570100', '/t', 'REG_BINARY', '/d', '00', '/f')
reg('add', key, '/v', '1f950302', '/t', 'REG_BINARY', '/d', '00', '/f')
const persistent = await sources.readExclusions('tcp')
reg('delete', key, '/f')

const printed = []
const withNetsh = new WindowsSources(runProgram, { SystemRoot: folder })
for (const file of files) {
  process.env.NETSH_OUTPUT = file
  printed.push(await withNetsh.readExclusions('tcp'))
}
console.log(JSON.stringify({ bare, persistent, printed }))
