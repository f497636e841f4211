import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { leasePorts, runOnWindows, windowsOrExplain, windowsPath } from '@winport/windows'
import { simulatorDllPath, simulatorPath, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConsumerProject } from './consumer-project.js'
import { entryPointsOf, nameEveryExport } from './entry-points.js'
import { packageManagers } from './package-managers.js'
import { type PackageRegistry, startPackageRegistry } from './package-registry.js'
import { packPackages } from './packed-packages.js'
import { servedOn } from './served-on.js'

const TIME_LIMIT = 500_000
const TYPESCRIPT = fileURLToPath(new URL('../node_modules/.bin/tsc', import.meta.url))
const NODE_TYPES = fileURLToPath(new URL('../node_modules/@types', import.meta.url))

const NAPI = '@winport/transport-napi'
const KOFFI = '@winport/transport-koffi'
const LINUX = '@winport/transport-linux'

const folder = mkdtempSync(join(tmpdir(), 'winport-installed-'))
const packages = await packPackages(folder)
const entryPoints = packages.flatMap(({ manifest }) => entryPointsOf(manifest))
const windows = await windowsOrExplain('what is installed from the packed packages')
const simulator = new WinsockSimulator('packaging', await leasePorts(100))
let registry: PackageRegistry

beforeAll(async () => {
  process.env['SIMULATOR_PORT'] = String(simulator.dynamicRange.startPort)
  process.env['WINSOCK_SIMULATOR_POOL'] = simulator.pool // for the programs that the tests start
  registry = await startPackageRegistry(packages)
})
afterAll(async () => {
  simulator.destroy()
  await registry[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

describe.each(packageManagers)('with $name', ({ name, add, exec, settings }) => {
  const cache = join(folder, `${name}-cache`)

  /** Installs the packages into a new project. @returns the project and the names of all its packages */
  async function install(title: string, names: readonly string[], { optional = true } = {}) {
    const project = new ConsumerProject(join(folder, `${name}-${title}`), settings)
    const [command = '', ...args] = add(names, { optional }, { registry: registry.url, cache })
    await project.run(command, ...args)
    const installed = new Set(project.installed().map(({ manifest }) => manifest.name))
    return { project, installed }
  }

  describe('winport alone', () => {
    let project: ConsumerProject
    let installed: ReadonlySet<string>
    beforeAll(async () => {
      ;({ project, installed } = await install('winport', ['winport']))
    })

    it('includes the addon, but not koffi, and the backend of Linux only there', () => {
      expect(installed).toContain(NAPI)
      expect(installed.has(LINUX)).toBe(process.platform === 'linux')
      expect(installed).not.toContain(KOFFI)
      expect(installed).not.toContain('koffi')
    })

    it('includes no package with an install script', () => {
      expect(packagesWithInstallScript(project)).toEqual([])
    })

    it.each(['front-door.mjs', 'front-door.cjs'])('serves on a block of the mock in %s', async (program) => {
      expect(await project.runProgram(program)).toEqual(servedOn('mock'))
    })

    it.runIf(process.platform === 'linux')('holds ports of this machine on Linux', async () => {
      const command = join(project.folder, 'node_modules/.bin/winport')
      const block = JSON.parse(await project.run(command, 'acquire', 'tcp', '5', '--json'))
      expect(block).toMatchObject({ protocol: 'tcp', count: 5, transport: 'linux' })
    })

    it('provides the winport command', async () => {
      const [command = '', ...args] = [...exec, 'winport', 'acquire', 'tcp', '5', '--transport', 'mock', '--json']
      const block = JSON.parse(await project.run(command, ...args))
      expect(block).toMatchObject({ protocol: 'tcp', count: 5, transport: 'mock' })
    })

    it('says that the addon needs Windows, and how to install koffi', async () => {
      expect(await project.runProgram('best-backend.mjs', simulatorPath)).toEqual({
        code: 'ERR_RESERVATION_UNSUPPORTED',
        message: expect.stringMatching(
          new RegExp(
            `^No backend could be opened\\. .*${NAPI} has no addon .* on ${process.platform}-${process.arch}: ` +
              `.*The koffi backend is not available: install ${KOFFI}\\.$`,
          ),
        ),
      })
    })
  })

  describe('every package', () => {
    let project: ConsumerProject
    beforeAll(async () => {
      const names = packages.map((packed) => packed.name)
      ;({ project } = await install('every-package', names))
    })

    it('includes one package with an install script, koffi, whose script is not needed', () => {
      expect(packagesWithInstallScript(project)).toEqual(['koffi'])
    })

    it('can be imported and required', async () => {
      const specifiers = entryPoints.map(({ specifier }) => specifier)
      const imported = await project.runProgram('entry-points.mjs', ...specifiers)
      const required = await project.runProgram('entry-points.cjs', ...specifiers)
      expect(required).toEqual(imported)
      expect(Object.entries(imported as object).filter(([, names]) => names.length === 0)).toEqual([])
    })

    it('opens koffi by default when the addon cannot be loaded', async () => {
      expect(await project.runProgram('best-backend.mjs', simulatorPath)).toEqual({ transport: 'koffi' })
    })

    it.each(['node16', 'nodenext', 'bundler'])('compiles with moduleResolution %s', async (moduleResolution) => {
      const files = entryPoints.map((entryPoint, index) => {
        const file = `every-export-${index}.ts`
        writeFileSync(join(project.folder, file), nameEveryExport(entryPoint, join(project.folder, 'node_modules')))
        return file
      })
      const compilerOptions = {
        ...{
          strict: true,
          skipLibCheck: false,
          noEmit: true,
          skipDefaultLibCheck: true,
          target: 'es2022',
          lib: ['es2022'],
          types: ['node'],
          typeRoots: [NODE_TYPES],
        },
        ...{ module: moduleResolution === 'bundler' ? 'esnext' : moduleResolution, moduleResolution },
      }
      const config = `tsconfig.${moduleResolution}.json`
      const text = JSON.stringify({ compilerOptions, files: ['consumer.ts', ...files] })
      writeFileSync(join(project.folder, config), text)
      expect(await project.run(TYPESCRIPT, '--project', config)).toBe('')
    })

    // npm installs plain folders. Node.js under Wine cannot follow the links of pnpm.
    if (windows?.kind === 'wine' && name === 'npm') {
      it('serves over the addon as a Windows program', async () => {
        const runProgram = async (...args: readonly string[]) => {
          const env = { WINSOCK_SIMULATOR_POOL: simulator.pool }
          const { exitCode, stdout, stderr } = await runOnWindows({
            cwd: project.folder,
            args,
            env,
            timeoutMs: TIME_LIMIT,
          })
          expect(exitCode, stdout + stderr).toBe(0)
          return JSON.parse(stdout)
        }
        const library = windowsPath(simulatorDllPath('x64'))
        expect(await runProgram('best-backend.mjs', library)).toEqual({ transport: 'napi' })
        const args = ['backend-on-simulator.mjs', NAPI, 'createNapiTransport', library]
        expect(await runProgram(...args)).toEqual(servedOn('napi'))
      })
    }
  })

  it('the manager works with koffi and without the addon', async () => {
    const { project, installed } = await install('manager-koffi', ['@winport/manager', KOFFI])
    expect(installed).not.toContain(NAPI)
    expect(installed).not.toContain('winport')
    const args = ['backend-on-simulator.mjs', KOFFI, 'createKoffiTransport', simulatorPath]
    expect(await project.runProgram(...args)).toEqual(servedOn('koffi'))
  })

  it('the manager with the addon does not install koffi, but points at it on other platforms', {
    timeout: TIME_LIMIT,
  }, async () => {
    const { project, installed } = await install('manager-napi', ['@winport/manager', NAPI])
    expect(installed).not.toContain(KOFFI)
    expect(installed).not.toContain('koffi')
    expect(installed).not.toContain('winport')
    const args = ['backend-on-simulator.mjs', NAPI, 'createNapiTransport', simulatorPath]
    expect(await project.runProgram(...args)).toEqual({
      code: 'ERR_TRANSPORT_UNAVAILABLE',
      message: expect.stringMatching(new RegExp(` on ${process.platform}-${process.arch}: .* Use ${KOFFI}`)),
    })
  })

  it('winport without optional dependencies says how to install the backends', async () => {
    const { project, installed } = await install('no-backend', ['winport'], { optional: false })
    for (const name of [NAPI, KOFFI, LINUX]) expect(installed).not.toContain(name)
    expect(await project.runProgram('best-backend.mjs', simulatorPath)).toEqual({
      code: 'ERR_RESERVATION_UNSUPPORTED',
      message:
        `No backend could be opened. The napi backend is not available: install ${NAPI}. ` +
        `The koffi backend is not available: install ${KOFFI}.`,
    })
    expect(await project.runProgram('front-door.mjs')).toEqual(servedOn('mock'))
  })
})

function packagesWithInstallScript(project: ConsumerProject): readonly string[] {
  return project
    .installed()
    .filter(({ manifest }) => Object.keys(manifest.scripts ?? {}).some((name) => /^(?:pre|post)?install$/.test(name)))
    .map(({ manifest }) => manifest.name)
}
