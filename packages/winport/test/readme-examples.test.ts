import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { deployForWindows, leasePorts, runOnWindows, windowsOrExplain, windowsPath } from '@winport/windows'
import { simulatorDllPath } from '@winport/winsock-simulator'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** The examples run here, because `winport` depends on every package that they import. */
const FOLDER = `${ROOT}packages/winport`

const windows = await windowsOrExplain("the README's first example as a Windows program")

const documents = [
  `${ROOT}README.md`,
  `${ROOT}packages/manager/API.md`,
  ...readdirSync(`${ROOT}packages`)
    .filter((name) => existsSync(`${ROOT}packages/${name}/package.json`))
    .map((name) => `${ROOT}packages/${name}/README.md`),
]

function examplesOf(document: string): { readonly code: string; readonly output: string | undefined }[] {
  const blocks = readFileSync(document, 'utf8').matchAll(/```js\n(.*?)```\n(?:\n```text\n(.*?)```)?/gs)
  return [...blocks].map(([, code = '', output]) => ({ code, output }))
}

describe.each(documents)('%s', (document) => {
  const examples = examplesOf(document)

  it('has an example', () => {
    expect(examples.length).toBeGreaterThan(0)
  })

  it.each(examples.map((example, index) => ({ number: index + 1, ...example })))(
    'example $number runs and prints the given output',
    async ({ code, output }) => {
      const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: FOLDER })
      expect(stderr).toBe('')
      if (output !== undefined) expect(stdout).toBe(output)
    },
  )
})

describe("the README's first example", () => {
  const [example] = examplesOf(`${ROOT}README.md`)
  const code = `${example?.code}\nconsole.log(manager.transport.name)`

  it.runIf(process.platform === 'linux')('prints the given output on the ports that Linux holds', async () => {
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: FOLDER })
    expect(stdout).toBe(`${example?.output}linux\n`)
  })

  it.skipIf(windows?.kind !== 'wine')(
    'prints the given output as a Windows program under Wine, over the addon on the simulator',
    async () => {
      const programs = './test/programs/'
      const preloaded = ['elevate.js', 'without-keep-alive.js'].flatMap((name) => ['--import', `${programs}${name}`])
      const onSimulator = code.replace("from 'winport'", `from '${programs}winport-on-simulator.js'`)
      const { startPort, count } = await leasePorts(100)
      const { exitCode, stdout, stderr } = await runOnWindows({
        cwd: await deployForWindows('winport', {
          devDependencies: ['@winport/transport-koffi', '@winport/transport-napi'],
        }),
        args: [...preloaded, '--input-type=module', '--eval', onSimulator],
        env: {
          WINSOCK_SIMULATOR: windowsPath(simulatorDllPath(windows?.kind === 'wine' ? windows.arch : process.arch)),
          WINSOCK_SIMULATOR_POOL: `readme-${process.pid}`,
          RANGE: `${startPort}+${count}`,
        },
        timeoutMs: 500_000,
      })
      expect(exitCode, stdout + stderr).toBe(0)
      expect(stdout.replaceAll('\r\n', '\n')).toBe(`${example?.output}napi\n`)
    },
  )
})
