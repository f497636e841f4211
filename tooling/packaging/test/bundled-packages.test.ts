import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { leasePorts } from '@winport/windows'
import { simulatorPath, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundlers, runEsbuild } from './bundlers.js'
import { ConsumerProject } from './consumer-project.js'
import { packageManagers } from './package-managers.js'
import { startPackageRegistry } from './package-registry.js'
import { packPackages } from './packed-packages.js'
import { servedOn } from './served-on.js'
import { buildSingleExecutable } from './single-executable.js'

const NAPI = '@winport/transport-napi'
const KOFFI = '@winport/transport-koffi'
const LINUX = '@winport/transport-linux'

/** The addon for this system, which is not published for Linux. */
const ADDON = fileURLToPath(
  new URL(
    `../../../packages/transport-napi/prebuilds/${process.platform}-${process.arch}/winport-transport.napi.node`,
    import.meta.url,
  ),
)

/** Without a module type, so that ncc writes CommonJS. */
const SETTINGS = { 'package.json': JSON.stringify({ private: true }) }

const folder = mkdtempSync(join(tmpdir(), 'winport-bundled-'))
const simulator = new WinsockSimulator('bundled', await leasePorts(100))
let complete: ConsumerProject
/** Without the native backends. */
let lean: ConsumerProject
/** A folder without packages. */
const elsewhere = join(folder, 'elsewhere')

beforeAll(async () => {
  process.env['SIMULATOR_PORT'] = String(simulator.dynamicRange.startPort)
  process.env['WINSOCK_SIMULATOR_POOL'] = simulator.pool // for the bundles that the tests start
  delete process.env['NODE_PATH'] // pnpm sets it to packages of this workspace, where bundlers would find them
  await using registry = await startPackageRegistry(await packPackages(folder))
  const npm = packageManagers.find(({ name }) => name === 'npm')
  if (npm === undefined) throw new Error('there is no npm')
  complete = new ConsumerProject(join(folder, 'complete'), SETTINGS)
  const sources = { registry: registry.url, cache: join(folder, 'cache') }
  const [command = '', ...args] = npm.add(['winport', KOFFI], { optional: true }, sources)
  await complete.run(command, ...args)
  for (const [name, file, targets] of PREBUILDS) {
    addMissingPrebuilds(join(complete.folder, 'node_modules', name, 'prebuilds'), file, targets)
  }
  lean = new ConsumerProject(join(folder, 'lean'), SETTINGS)
  cpSync(join(complete.folder, 'node_modules'), join(lean.folder, 'node_modules'), { recursive: true })
  for (const name of [NAPI, KOFFI, LINUX, 'koffi']) rmSync(join(lean.folder, 'node_modules', name), { recursive: true })
})
afterAll(async () => {
  simulator.destroy()
  await rm(folder, { recursive: true })
})

const PREBUILDS = [
  [NAPI, 'winport-transport.napi.node', ['win32-x64', 'win32-ia32', 'win32-arm64']],
  [LINUX, 'winport-linux.napi.node', ['linux-x64', 'linux-arm64']],
] as const

/** A release has an addon for each platform, and webpack needs them all. This machine builds only some of them. */
function addMissingPrebuilds(prebuilds: string, file: string, targets: readonly string[]): void {
  for (const target of targets) {
    const addon = join(prebuilds, target, file)
    if (existsSync(addon)) continue
    mkdirSync(dirname(addon), { recursive: true })
    writeFileSync(addon, '')
  }
}

describe.each(bundlers)('bundled with $name', ({ name, bundle }) => {
  const output = name.replaceAll(/\W+/g, '-')

  it('opens koffi by default when the addon cannot be loaded', async () => {
    const program = await bundle(join(complete.folder, 'bundled.js'), join(complete.folder, output))
    expect(await complete.runProgram(program)).toEqual(servedOn('mock'))
    expect(await complete.runProgram(program, simulatorPath)).toEqual(servedOn('koffi'))
  })

  it('works if it is loaded while the timers are faked', async () => {
    const program = await bundle(join(lean.folder, 'fake-timers.js'), join(elsewhere, `${output}-fake-timers`))
    expect(await lean.runProgram(program)).toEqual({ found: true, ofTheBlock: true })
  })

  it('without the native backends is self-contained, and says how to install them', async () => {
    const program = await bundle(join(lean.folder, 'bundled.js'), join(elsewhere, output))
    expect(await lean.runProgram(program)).toEqual(servedOn('mock'))
    expect(await lean.runProgram(program, simulatorPath)).toEqual({
      code: 'ERR_RESERVATION_UNSUPPORTED',
      message:
        `No backend could be opened. The napi backend is not available: install ${NAPI}. ` +
        `The koffi backend is not available: install ${KOFFI}.`,
    })
  })
})

describe('a CommonJS bundle', () => {
  it('completes a call that koffi refuses to wait for while the timers are faked', async () => {
    const outfile = join(complete.folder, 'refused-wait.cjs')
    const program = await runEsbuild(join(complete.folder, 'refused-wait.js'), outfile, 'cjs')
    expect(await complete.runProgram(program, simulatorPath)).toEqual({ count: 2 })
  })
})

describe('a single executable application', () => {
  it('serves over the addon, which is its asset', async () => {
    const program = join(complete.folder, 'single-executable.js')
    const main = await runEsbuild(program, join(complete.folder, 'single-executable.cjs'), 'cjs')
    const executable = await buildSingleExecutable(main, { [basename(ADDON)]: ADDON }, folder)
    const { stdout } = await promisify(execFile)(executable, [simulatorPath, folder], { cwd: folder })
    expect(JSON.parse(stdout)).toEqual(servedOn('napi'))
  })
})
