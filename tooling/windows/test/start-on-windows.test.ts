import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, vi } from 'vitest'
import { startOnWindows, type WindowsProcess, windowsOrExplain } from '../src/index.js'
import { processesWith } from './processes-with.js'
import { programPath } from './program-path.js'

const windows = await windowsOrExplain('the tests of startOnWindows')

describe.skipIf(windows === undefined)('startOnWindows', () => {
  it('runs several programs at the same time', async () => {
    const servers = await Promise.all([startServer(), startServer()])
    const ports = await Promise.all(servers.map(portOf))
    expect(new Set(ports).size).toBe(2)
    expect(await Promise.all(ports.map(ask))).toEqual(['win32', 'win32'])
    await Promise.all(servers.map((server) => server.kill()))
  })

  it('kills one program and leaves another running', async () => {
    const [victim, other] = await Promise.all([startServer(), startServer()])
    const [port, otherPort] = [await portOf(victim), await portOf(other)]
    await victim.kill()
    expect(await victim.result).toMatchObject({ exitCode: null, timedOut: false })
    // The server of Wine closes the sockets of a process shortly after its end. Until then, connecting fails with ECONNRESET.
    await vi.waitFor(() => expect(ask(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' }), { timeout: 60_000 })
    expect(await ask(otherPort)).toBe('win32')
    await other.kill()
  })

  it('runs eight programs at the same time', async () => {
    const mark = randomUUID()
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, index) => startOnWindows({ args: ['-p', `'${index} ' + process.pid`, mark] })),
    )
    const results = await Promise.all(all.map(({ result }) => result))
    expect(results.map(({ exitCode }) => exitCode)).toEqual(Array(8).fill(0))
    expect(new Set(results.map(({ stdout }) => stdout)).size).toBe(8)
    expect(processesWith(mark)).toEqual([])
  })

  it('can be killed twice, and after its end', async () => {
    const started = await startOnWindows({ args: ['-e', 'setInterval(() => {}, 1000)'] })
    await Promise.all([started.kill(), started.kill()])
    await started.kill()
    const done = await startOnWindows({ args: ['-e', '0'] })
    await done.result
    await done.kill()
    expect(await done.result).toMatchObject({ exitCode: 0 })
  })

  it('rejects with the output if the program ends without the expected output', async () => {
    const started = await startOnWindows({ args: ['-e', `console.log('something else')`] })
    await expect(started.waitForOutput(/ready/)).rejects.toThrow(/without printing \/ready\/\nstdout: something else/)
  })
})

function startServer(): Promise<WindowsProcess> {
  return startOnWindows({ args: [programPath('server.js')] })
}

async function portOf(server: WindowsProcess): Promise<number> {
  return Number((await server.waitForOutput(/listening on (\d+)\n/))[1])
}

/** Connects from this process, which is not a Windows program on Linux. */
function ask(port: number): Promise<string> {
  return text(connect(port, '127.0.0.1'))
}
