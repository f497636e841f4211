import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIXED_PORTS, leaseFixedPorts, runOnWindows, windowsOrExplain, windowsPath } from '@winport/windows'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { linux, type Outcome, readVerdicts, sanitized, type Verdicts, windows } from './simulator-builds.js'

// One file, because all these programs bind the same real ports.
const { startPort } = await leaseFixedPorts(FIXED_PORTS.simulatorPrograms)
await leaseFixedPorts(FIXED_PORTS.dynamicRange)

const PROGRAM = 'winsock-simulator-tests'
const TIME_LIMIT = 500_000
const NOTHING: Outcome = { status: null, stdout: '', stderr: 'the program was not started' }

const pool = { WINSOCK_SIMULATOR_POOL: `test-${process.pid}` }

function environment(build: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...pool,
    WINSOCK_SIMULATOR_LIBRARY: join(build, 'libwinsock-simulator.so'),
    ASAN_OPTIONS: 'detect_leaks=0', // needs ptrace, which containers forbid
  }
}

const names = execFileSync(join(linux, 'test', PROGRAM), ['--list'], { encoding: 'utf8', env: environment(linux) })
  .trim()
  .split('\n')

/** Reports each test of the C++ program as a test of its own; the program runs once. */
function describeProgram(run: () => Outcome | Promise<Outcome>): void {
  let outcome = NOTHING
  let verdicts: Verdicts = new Map()

  beforeAll(async () => {
    outcome = await run()
    verdicts = readVerdicts(outcome.stdout)
  })

  test.each(names)('%s', (name) => {
    expect(verdicts.has(name), `the program did not reach this test: ${outcome.stdout}${outcome.stderr}`).toBe(true)
    expect(verdicts.get(name)).toBeUndefined()
  })

  test('the program exits with 0 and writes nothing to stderr', () => {
    expect(outcome).toMatchObject({ status: 0, stderr: '' })
  })
}

describe.each([
  ['on Linux', linux],
  ['on Linux with AddressSanitizer and UBSan', sanitized],
])('%s', (_, build) => {
  describeProgram(() =>
    spawnSync(join(build, 'test', PROGRAM), { encoding: 'utf8', env: environment(build), timeout: TIME_LIMIT }),
  )
})

/** Not in the DLL, which passes calls about processes on to Windows: there a program looks these up, and Wine has none of them. */
const ONLY_ON_LINUX = ['InternalGetBoundTcpEndpointTable', 'InternalGetBoundTcp6EndpointTable']
/** On Linux these are missing, as an export of Windows can be. */
const ONLY_IN_THE_DLL = ['GetProcessTimes']

test('the shared library exports the same names as the DLL, but for the named few', () => {
  const library = join(linux, 'libwinsock-simulator.so')
  const symbols = execFileSync('nm', ['-D', '--defined-only', library], { encoding: 'utf8' }).trim().split('\n')
  const exported = symbols.map((symbol) => symbol.replace(/^\S+ T /, ''))
  const definition = readFileSync(join(import.meta.dirname, '..', 'native', 'exports', 'winsock-simulator.def'), 'utf8')
  const defined = [...definition.matchAll(/^ {2}(\w+)/gm)].map(([, name = '']) => name)
  const common = defined.filter((name) => !ONLY_IN_THE_DLL.includes(name))
  expect(exported.sort()).toEqual([...common, ...ONLY_ON_LINUX].sort())
})

const canRunWindows = (await windowsOrExplain("the simulator's DLL")) !== undefined

describe.skipIf(!canRunWindows)('as a Windows program', () => {
  const program = join(windows, `${PROGRAM}.exe`)
  const env = { ...pool, WINSOCK_SIMULATOR_LIBRARY: windowsPath(join(windows, 'winsock-simulator.dll')) }

  async function run(path: string, args: readonly string[]): Promise<Outcome> {
    const { exitCode, stdout, stderr } = await runOnWindows({ program: path, args, env, timeoutMs: TIME_LIMIT })
    return { status: exitCode, stdout, stderr }
  }

  afterAll(async () => {
    await run(program, ['--list']) // the program removes the pool when it exits
  })

  describeProgram(() => run(program, []))

  test.each([
    [`2 2 17 ${startPort} 20`, `Starting port=${startPort},  Number of Ports=20`],
    ['2 1 6 0 5', 'Starting port=49152,  Number of Ports=5'],
  ])("Microsoft's sample, linked with the simulator, acquires and releases: %s", async (args, range) => {
    const { status, stdout } = await run(join(windows, 'microsoft-sample.exe'), args.split(' '))
    expect(stdout).toContain('WSAIoctl(SIO_ACQUIRE_PORT_RESERVATION) succeeded, bytesReturned = 16')
    expect(stdout).toContain(range)
    expect(stdout).toContain('WSAIoctl(SIO_RELEASE_PORT_RESERVATION) succeeded')
    expect(stdout).not.toContain('failed')
    expect(status).toBe(0)
  })
})
