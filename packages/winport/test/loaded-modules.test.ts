import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { leasePorts } from '@winport/windows'
import { expect, it } from 'vitest'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))

/** A loader hook that prints every loaded module, including those of dependencies. */
const HOOK = `export async function load(url, context, next) { process._rawDebug(url); return next(url, context) }`
const REGISTER = `import { register } from 'node:module'; register('data:text/javascript,${encodeURIComponent(HOOK)}')`

/** @returns the paths of the modules that Node.js loads, without what precedes the name of their package */
async function loadedBy(...args: readonly string[]): Promise<readonly string[]> {
  const preload = `data:text/javascript,${encodeURIComponent(REGISTER)}`
  const { stderr } = await promisify(execFile)(process.execPath, ['--import', preload, ...args], { cwd: PACKAGE })
  const urls = stderr.split('\n').filter((line) => line.startsWith('file:'))
  return urls.map((url) => url.replace(/^.*\/(packages|node_modules)\//, ''))
}

it("import 'winport' loads no backend, no manager, no doctor and no parser", async () => {
  expect(await loadedBy('--input-type=module', '--eval', `await import('winport')`)).toEqual(['winport/dist/index.js'])
})

it.each(['--help', 'acquire --help'])('`winport %s` loads no backend, no manager and no transport', async (line) => {
  const loaded = await loadedBy('dist/cli/main.js', ...line.split(' '))
  expect(loaded).toContain('commander/index.js')
  expect(loaded.filter((path) => !path.startsWith('commander/')).sort()).toEqual([
    'winport/dist/cli/main.js',
    'winport/dist/cli/parser.js',
    'winport/dist/cli/shared.js',
    'winport/dist/machine/installed-versions.js',
  ])
})

it('`winport --version` loads no parser', async () => {
  const loaded = [...(await loadedBy('dist/cli/main.js', '--version'))]
  expect(loaded.sort()).toEqual(['winport/dist/cli/main.js', 'winport/dist/machine/installed-versions.js'])
})

it('`winport acquire` loads no parser if the call has no mistake', async () => {
  const line = ['acquire', 'tcp', '20', '--within', '5000-5999', '--order', 'random', '--transport', 'mock', '--json']
  expect([...(await loadedBy('dist/cli/main.js', ...line))].sort()).toEqual([
    'definitions/dist/index.js',
    'manager/dist/index.js',
    'transport-mock/dist/index.js',
    'transport/dist/doors.js',
    'winport/dist/backends.js',
    'winport/dist/cli/acquire-command.js',
    'winport/dist/cli/main.js',
    'winport/dist/cli/shared.js',
  ])
})

it('openReservationManager loads one file of each package, and one more of winport', async () => {
  const program = `
    const { openReservationManager } = await import('winport')
    await (await openReservationManager({ transport: 'mock' })).close()`
  expect([...(await loadedBy('--input-type=module', '--eval', program))].sort()).toEqual([
    'definitions/dist/index.js',
    'manager/dist/index.js',
    'transport-mock/dist/index.js',
    'transport/dist/doors.js',
    'winport/dist/backends.js',
    'winport/dist/index.js',
  ])
})

it('a manager that refuses loads no doctor, and explainPort does', async () => {
  const refuse = `
    const { openReservationManager, explainPort } = await import('winport')
    const manager = await openReservationManager({ transport: 'mock' })
    await manager.acquire({ protocol: 'tcp', startPort: 8085, count: 1 })
    const again = manager.acquire({ protocol: 'tcp', startPort: 8085, count: 1 })
    await again.then(() => process.exit(1), () => {})
    await manager.close()`
  const doctor = (loaded: readonly string[]) => loaded.filter((path) => path.startsWith('doctor/'))
  expect(doctor(await loadedBy('--input-type=module', '--eval', refuse))).toEqual([])
  const explain = `${refuse}\n    await explainPort({ protocol: 'tcp', port: 8085 })`
  expect(doctor(await loadedBy('--input-type=module', '--eval', explain))).toContain('doctor/dist/index.js')
})

if (process.platform !== 'win32') {
  it('`winport why` and `winport map` load no manager, and of the backends that of Linux alone, to list bound sockets', async () => {
    const { startPort } = await leasePorts(1)
    for (const args of [
      ['why', 'tcp', String(startPort)],
      ['map', '--json'],
    ]) {
      const loaded = await loadedBy('dist/cli/main.js', ...args)
      const others = loaded.filter((path) => /^(?:manager|transport-|winport\/dist\/backends)/.test(path))
      expect(others).toEqual(process.platform === 'linux' ? ['transport-linux/dist/index.js'] : [])
      expect(loaded).toContain('doctor/dist/index.js')
    }
  })
}
