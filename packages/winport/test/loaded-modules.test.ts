import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)
const PACKAGE = fileURLToPath(new URL('..', import.meta.url))

it("import 'winport' loads no backend, no manager and no parser", async () => {
  // A loader hook that reports what is loaded: the only way that sees every module, also those of dependencies.
  const hook = `export async function load(url, context, next) { process._rawDebug(url); return next(url, context) }`
  const register = `import { register } from 'node:module'; register('data:text/javascript,${encodeURIComponent(hook)}')`
  const script = `await import('winport')`
  const { stderr } = await run(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(register)}`, '--input-type=module', '--eval', script],
    { cwd: PACKAGE },
  )
  const loaded = stderr.split('\n').filter((line) => line.startsWith('file:'))
  expect(loaded.map((url) => url.replace(/^.*\/packages\//, ''))).toEqual([
    'winport/dist/index.js',
    'winport/dist/open-reservation-manager.js',
  ])
})
