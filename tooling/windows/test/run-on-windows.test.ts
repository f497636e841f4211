import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { runOnWindows, windowsOrExplain, windowsPath } from '../src/index.js'
import { processesWith } from './processes-with.js'
import { programPath } from './program-path.js'
import { numberedLines } from './programs/numbered-lines.js'

const windows = await windowsOrExplain('the tests of runOnWindows')

describe.skipIf(windows === undefined)('runOnWindows', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it('runs on 64-bit Windows 10 or later', async () => {
    expect(await report({})).toMatchObject({
      platform: 'win32',
      arch: expect.stringMatching(/^(x64|arm64)$/),
      release: expect.stringMatching(/^10\./),
    })
  })

  it.each([0, 7])('returns exit code %i', async (code) => {
    const result = await runOnWindows({ args: ['-e', `process.exit(${code})`] })
    expect(result).toEqual({ exitCode: code, stdout: '', stderr: '', timedOut: false })
  })

  it('starts a program three times at most if it ends with 1 and prints nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'winport-starts-'))
    const starts = join(folder, 'starts')
    try {
      const program = `require('node:fs').appendFileSync(${JSON.stringify(windowsPath(starts))}, 'x'); process.exitCode = 1`
      const result = await runOnWindows({ args: ['-e', program] })
      expect(result).toEqual({ exitCode: 1, stdout: '', stderr: '', timedOut: false })
      expect(await readFile(starts, 'utf8')).toBe('xxx')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('returns exit code 1 for an uncaught error, with its stack on stderr', async () => {
    const result = await runOnWindows({ args: ['-e', `throw new Error('oh no')`] })
    expect(result).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Error: oh no') })
  })

  it('returns a megabyte of stdout and of stderr, complete and separate', async () => {
    const megabyte = 1024 * 1024
    const result = await runOnWindows({ args: [programPath('print.js'), String(megabyte)] })
    expect(result.exitCode).toBe(0)
    expect(result.stdout === numberedLines('out', megabyte)).toBe(true)
    expect(result.stderr === numberedLines('err', megabyte)).toBe(true)
  })

  it('does not split characters of several bytes', async () => {
    const { stdout } = await runOnWindows({ args: ['-e', `process.stdout.write('a€😀'.repeat(50_000))`] })
    expect(stdout === 'a€😀'.repeat(50_000)).toBe(true)
  })

  it('passes environment variables on and removes those that are undefined', async () => {
    vi.stubEnv('WINPORT_TEST_INHERITED', 'inherited')
    vi.stubEnv('WINPORT_TEST_REMOVED', 'removed')
    const { env } = await report({ env: { WINSOCK_SIMULATOR_POOL: 'a b="c"', WINPORT_TEST_REMOVED: undefined } })
    expect(env).toMatchObject({ WINSOCK_SIMULATOR_POOL: 'a b="c"', WINPORT_TEST_INHERITED: 'inherited' })
    expect(env).not.toHaveProperty('WINPORT_TEST_REMOVED')
  })

  it('does not pass on variables for the running Node.js', async () => {
    vi.stubEnv('NODE_OPTIONS', '--import=/nowhere.js')
    expect((await report({})).env).not.toHaveProperty('NODE_OPTIONS')
  })

  it('passes arguments unchanged', async () => {
    const args = [
      'a b',
      '',
      '"',
      'say "hi" now',
      'C:\\',
      'a\\"b',
      '\\\\',
      'tab\there',
      '*',
      '%PATH%',
      "it's",
      'ü€😀',
      '&|<>^',
    ]
    expect((await report({}, ...args)).args).toEqual(args)
  })

  it('runs in the given folder', async () => {
    expect((await report({ cwd: tmpdir() })).cwd).toBe(windowsPath(tmpdir()))
  })

  it('reports output while the program runs', async () => {
    let running = true
    const seen: string[] = []
    const result = runOnWindows({
      args: ['-e', `console.log('one'); console.error('two'); setTimeout(() => console.log('three'), 1000)`],
      onOutput: (text, stream) => seen.push(`${stream} ${text.trim()} ${running}`),
    }).finally(() => {
      running = false
    })
    expect(await result).toMatchObject({ stdout: 'one\nthree\n', stderr: 'two\n' })
    expect(seen).toEqual(['stdout one true', 'stderr two true', 'stdout three true'])
  })

  it('kills a program after its time limit, with everything it started', async () => {
    const mark = randomUUID()
    const kill = (timeoutMs: number) => runOnWindows({ args: [programPath('never-ends.js'), mark], timeoutMs })
    let result = await kill(5_000)
    if (result.stdout === '') result = await kill(60_000) // The machine is busy: the program had not started yet.
    expect(result).toEqual({ exitCode: null, stdout: 'all started\n', stderr: '', timedOut: true })
    expect(processesWith(mark)).toEqual([])
  })

  it.skipIf(windows?.kind === 'windows')('kills a child that the program left running', async () => {
    const mark = randomUUID()
    expect(await runOnWindows({ args: [programPath('leaves-a-child.js'), mark] })).toMatchObject({ exitCode: 0 })
    expect(processesWith(mark)).toEqual([])
  })

  it('kills the program on abort and rejects with the reason of the signal', async () => {
    const mark = randomUUID()
    const reason = new Error('enough')
    const interruption = new AbortController()
    const result = runOnWindows({
      args: [programPath('never-ends.js'), mark],
      signal: interruption.signal,
      onOutput: () => interruption.abort(reason),
    })
    await expect(result).rejects.toBe(reason)
    expect(processesWith(mark)).toEqual([])
  })

  it('does not start a program after abort', async () => {
    const reason = new Error('enough')
    await expect(runOnWindows({ args: [], signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it('runs a Windows program other than Node.js', async () => {
    const folder =
      windows?.kind === 'wine' ? join(windows.prefix, 'drive_c/windows') : (process.env['SystemRoot'] ?? '')
    const program = join(folder, 'system32', 'cmd.exe')
    const result = await runOnWindows({ program, args: ['/c', 'echo', 'hello'] })
    expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^hello\s*$/) })
  })

  it('rejects or returns an exit code for a program that does not exist', async () => {
    const run = runOnWindows({ program: join(tmpdir(), 'no-such-program.exe'), args: [] })
    if (windows?.kind === 'windows') await expect(run).rejects.toMatchObject({ code: 'ENOENT' })
    else expect((await run).exitCode).not.toBe(0)
  })

  it('runs a node:test suite that leaves a server open, with --test-force-exit', async () => {
    const args = ['--test', '--test-force-exit', '--test-reporter=tap', programPath('suite.js')]
    const result = await runOnWindows({ args })
    expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('# pass 1') })
  })
})

interface Report {
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

async function report(options: Partial<Parameters<typeof runOnWindows>[0]>, ...args: string[]): Promise<Report> {
  const { stdout } = await runOnWindows({ ...options, args: [programPath('report.js'), ...args] })
  return JSON.parse(stdout)
}
