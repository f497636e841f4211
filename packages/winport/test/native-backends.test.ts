import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { deployForWindows, leasePorts, runOnWindows, windowsOrExplain, windowsPath } from '@winport/windows'
import { simulatorDllPath, simulatorPath } from '@winport/winsock-simulator'
import { describe, expect, it } from 'vitest'

const TIME_LIMIT = 500_000
const DEMO = fileURLToPath(new URL('programs/demo-on-simulator.js', import.meta.url))
const ELEVATE = new URL('programs/elevate.js', import.meta.url).href
const LEAKS = fileURLToPath(new URL('programs/leaks-on-simulator.js', import.meta.url))
const BACKENDS = ['koffi', 'napi']

const PORTS = await leasePorts(500)
const RANGE = `${PORTS.startPort}+${PORTS.count}`

const windows = await windowsOrExplain('winport over the native backends')

function expectWholeDemo(output: string, backend: string): void {
  const [title, ...steps] = output.trimEnd().split(/\r?\n/)
  expect(title).toMatch(new RegExp(`^winport demo on the ${backend} backend: a simulation of Windows`))
  expect(steps.at(-1)).toBe('Every step succeeded.')
  expect(steps.slice(0, -1).filter((step) => step.startsWith('ok '))).toHaveLength(9)
}

describe.runIf(process.platform === 'linux').each(BACKENDS)('%s on Linux, on the simulator', (backend) => {
  it('runs the demo, which refuses the ports to a second process', async () => {
    const env = {
      ...process.env,
      WINSOCK_SIMULATOR: simulatorPath,
      WINSOCK_SIMULATOR_POOL: `demo-${backend}-${process.pid}`,
      RANGE,
    }
    const args = ['--import', ELEVATE, DEMO, backend, simulatorPath]
    const { stdout } = await promisify(execFile)(process.execPath, args, { env })
    expectWholeDemo(stdout, backend)
  })

  it('releases garbage-collected blocks and warns once', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--expose-gc', LEAKS, backend, RANGE])
    expect(JSON.parse(stdout)).toEqual({ before: [13, 13], after: [1, 1], kept: true, closed: [0, 0] })
    expect(stderr.match(/\[WINPORT_RESERVATION_LEAKED\]/g)).toHaveLength(1)
  })
})

describe.skipIf(windows?.kind !== 'wine')('as a Windows program under Wine', () => {
  const deploy = () =>
    deployForWindows('winport', { devDependencies: ['@winport/transport-koffi', '@winport/transport-napi'] })

  it.each(BACKENDS)('winport demo runs over %s, on the simulator', async (backend) => {
    const library = windowsPath(simulatorDllPath('x64'))
    const env = { WINSOCK_SIMULATOR: library, WINSOCK_SIMULATOR_POOL: `demo-wine-${backend}-${process.pid}`, RANGE }
    const args = ['--import', './test/programs/elevate.js', 'test/programs/demo-on-simulator.js', backend, library]
    const { exitCode, stdout, stderr } = await runOnWindows({
      cwd: await deploy(),
      args,
      env,
      timeoutMs: TIME_LIMIT,
    })
    expect(exitCode, stdout + stderr).toBe(0)
    expectWholeDemo(stdout, backend)
  })

  it('openReservationManager takes napi, or koffi if asked for it, and each says that Wine has no reservations', async () => {
    const args = ['test/programs/manager-on-wine.js']
    const { exitCode, stdout, stderr } = await runOnWindows({ cwd: await deploy(), args, timeoutMs: TIME_LIMIT })
    expect(exitCode, stdout + stderr).toBe(0)
    const unsupported = 'ERR_RESERVATION_UNSUPPORTED'
    const calls = { tcp: unsupported, udp: unsupported, create: unsupported, lookup: unsupported, delete: unsupported }
    expect(JSON.parse(stdout)).toEqual(['napi', 'koffi'].map((transport) => ({ transport, ...calls, held: 0 })))
  })

  it('the command says so in one line', async () => {
    const args = ['dist/cli/main.js', 'acquire', 'tcp', '20']
    const cwd = await deploy()
    const { exitCode, stdout, stderr } = await runOnWindows({ cwd, args, timeoutMs: TIME_LIMIT })
    expect(exitCode).toBe(1)
    expect(stdout).toBe('')
    expect(stderr.trimEnd()).toMatch(
      /^winport: This system does not offer port reservations [^\n]*WSAEOPNOTSUPP[^\n]*$/,
    )
  })
})
