import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { windowsOrExplain } from '../src/index.js'
import { processesWith } from './processes-with.js'
import { type Ended, ended } from './run-in-node.js'

const COMMAND = fileURLToPath(new URL('../bin/winport-windows.js', import.meta.url))
const PROGRAMS = fileURLToPath(new URL('programs/', import.meta.url))
const windows = await windowsOrExplain('the tests of winport-windows')

describe.skipIf(windows === undefined)('winport-windows', () => {
  it('runs a script with its arguments', async () => {
    const { code, stdout } = await command('run', 'report.js', '--timeout', 'a b')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ platform: 'win32', args: ['--timeout', 'a b'] })
  })

  it('prints stdout and stderr separately and exits with the exit code of the program', async () => {
    const program = `console.log('out'); console.error('err'); process.exit(7)`
    expect(await command('run', '--', '-e', program)).toEqual({ code: 7, stdout: 'out\n', stderr: 'err\n' })
  })

  it('exits with 124 after the time limit', async () => {
    const mark = randomUUID()
    const { code, stderr } = await command('run', '--timeout', '2', 'never-ends.js', mark)
    expect({ code, stderr }).toEqual({ code: 124, stderr: 'winport-windows: killed after 2 s\n' })
    expect(processesWith(mark)).toEqual([])
  })

  it.skipIf(windows?.kind === 'windows')('kills the program on SIGTERM', async () => {
    const mark = randomUUID()
    const child = start('run', 'never-ends.js', mark)
    await once(child.stdout ?? child, 'data')
    child.kill('SIGTERM')
    expect((await ended(child)).code).toBe(143)
    expect(processesWith(mark)).toEqual([])
  })

  it.skipIf(windows?.kind === 'windows')('does not leave the program running when it is killed', async () => {
    const mark = randomUUID()
    const child = start('run', '--', '-e', `console.log('on'); setInterval(() => {}, 1000)`, mark)
    await once(child.stdout ?? child, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    await expect.poll(() => processesWith(mark)).toEqual([])
  })

  it('prepares the machine and prints the paths', async () => {
    const { code, stdout } = await command('prepare')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual(windows)
  })

  it.each([[[]], [['fly']], [['run']], [['run', '--']], [['run', '--timeout', 'x', 'report.js']], [['run', '--fast']]])(
    'prints its usage for %j',
    async (words) => {
      expect(await command(...words)).toMatchObject({ code: 2, stderr: expect.stringMatching(/^Usage:/) })
    },
  )
})

function start(...words: readonly string[]): ChildProcess {
  return spawn(process.execPath, [COMMAND, ...words], { cwd: PROGRAMS, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function command(...words: readonly string[]): Promise<Ended> {
  return await ended(start(...words))
}
