// Packs the package in the current folder and checks what would be published: its manifest, its entry points, its declarations.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const TARBALL = 'reports/package.tgz'
// A user's declarations are type-checked without the settings of this repository.
const USER_SETTINGS = '--ignoreConfig --noEmit --strict --target es2023 --module nodenext --types node'

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))
const declarations = Object.values(exports).flatMap(({ types }) => types ?? [])

run('pnpm', 'pack', '--out', TARBALL)
run(tool('publint'), 'run', TARBALL, '--strict')
run(tool('attw'), TARBALL, '--profile', 'esm-only')
run(tool('tsc'), ...USER_SETTINGS.split(' '), ...declarations)

/** A program that this folder depends on. */
function tool(name) {
  return join(import.meta.dirname, 'node_modules/.bin', name)
}

function run(program, ...args) {
  execFileSync(program, args, { stdio: 'inherit' })
}
