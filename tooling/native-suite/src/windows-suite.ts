import { mkdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { soundSums } from '@winport/transport/conformance'
import {
  deployForWindows,
  leasePorts,
  runOnWindows,
  WINDOWS_VARIANTS,
  windowsOrExplain,
  windowsPath,
} from '@winport/windows'
import { bareFeatures, type NativeBackend, simulatorDllPath, simulatorFeatures } from '@winport/winsock-simulator'
import { describe, expect, it } from 'vitest'
import type { EntryPointExpectations } from './entry-point-suite.js'

const TIME_LIMIT = 500_000

/** What Node.js 23 and later can die of on Windows when a program ends, after all its output (nodejs/node 56645). */
const NODE_DIED_AT_EXIT = 'Assertion failed: !(handle->flags & UV_HANDLE_CLOSING), file src\\win\\async.c'
const MOST_TRIES = 3

/** The conformance suite as a Windows program: under Wine on the simulator and on Wine's Winsock, on Windows on its own Winsock. */
export async function defineWindowsTests(
  { name }: NativeBackend,
  { refusedUpcalls }: EntryPointExpectations,
): Promise<void> {
  const windows = await windowsOrExplain(`the conformance suite over ${name}`)

  const simulator = {
    WINSOCK_SIMULATOR: windowsPath(simulatorDllPath(windows?.kind === 'wine' ? windows.arch : process.arch)),
    WINSOCK_SIMULATOR_POOL: `${name}-windows-${process.pid}`,
  }

  /** Runs a program of this package as a Windows program. */
  async function run(passed: readonly string[], flags: readonly string[] = [], report?: string): Promise<string> {
    const cwd = await deployForWindows(`@winport/transport-${name}`, { devDependencies: ['@winport/native-suite'] })
    // A real Windows has no simulator.
    const env = passed.includes('system') || passed.includes('socket-table-report') ? {} : simulator
    const args = [...flags, 'test/program.js', ...passed]
    const attempt = () => runOnWindows({ cwd, args, env, timeoutMs: TIME_LIMIT })
    let result = await attempt()
    for (let tries = 1; tries < MOST_TRIES && result.stderr.includes(NODE_DIED_AT_EXIT); tries++)
      result = await attempt()
    const { exitCode, stdout, stderr } = result
    if (report !== undefined) {
      mkdirSync('reports', { recursive: true })
      const variant = windows?.kind === 'wine' ? `-${windows.name}` : ''
      writeFileSync(`reports/${report}${variant}.txt`, stdout) // before the assertion: a failed run is the most interesting
    }
    expect(exitCode, stdout + stderr).toBe(0)
    return stdout
  }

  const { startPort, count } = await leasePorts(1000)
  const onSimulator = ['entry-points-report', String(startPort), String(count)]
  const onSystem = ['conformance-report', 'system']

  it('can run as a Windows program on CI', () => {
    expect(windows !== undefined || !process.env['CI']).toBe(true)
  })

  // With `if`, because a skipped test is a failure on CI.
  if (windows?.kind === 'wine') {
    describe(`${name} as a Windows program under Wine`, () => {
      it("reports on Wine's own Winsock that there are no reservations, and passes the rest", async () => {
        const report = await run(onSystem, [], 'conformance-wine')
        expect(report.split('\n')).toContain(soundSums(bareFeatures))
        expect(report).toMatch(
          /18 +documented +passed +the three codes fail with WSAEOPNOTSUPP where port reservations/,
        )
        expect(report).toMatch(/18 +contract +passed +the persistent calls fail with ERROR_PROC_NOT_FOUND/)
      })

      // The rest depends on the architecture, not on the versions of Node.js and Wine.
      if (windows.arch === 'x64' && windows.name !== WINDOWS_VARIANTS[0]?.name) {
        it('passes the whole conformance suite on the simulator', async () => {
          const passed = ['conformance-report', String(startPort), String(count)]
          const report = await run(passed, [], 'conformance-windows-simulator')
          const lines = report.trim().split('\n')
          expect(lines[0]).toBe(`Node.js ${windows.nodeVersion} on win32 ${windows.arch}`)
          expect(lines).toContain(soundSums(simulatorFeatures))
        })
        return
      }

      // One program for both entry points: Wine starts once.
      it('passes the whole conformance suite on the simulator through both entry points', async () => {
        const report = await run(onSimulator, [], 'conformance-windows-simulator')
        const lines = report.trim().split('\n')
        expect(lines[0]).toBe(`Node.js ${windows.nodeVersion} on win32 ${windows.arch}`)
        expect(lines.filter((line) => line === soundSums(simulatorFeatures))).toHaveLength(2)
        expect(JSON.parse(lines.at(-1) ?? '')).toEqual({
          WSAIoctl: 0,
          WSPIoctl: 2,
          wrong: [],
          refused: refusedUpcalls,
          providerStartups: 0,
          startups: 0,
        })
      })

      it("reports that Wine's own provider cannot be started, and works without it", async () => {
        const { name, message, bound } = JSON.parse(await run(['entry-points-report', 'system']))
        expect(name).toBe('TransportUnavailableError')
        for (const told of ['system32\\mswsock.dll', 'a library of Wine', 'WSPStartup', "the default is 'WSAIoctl'"]) {
          expect(message.toLowerCase()).toContain(told.toLowerCase())
        }
        expect(bound).toBe(true)
      })

      it('reads the socket tables of Wine, which lack the sockets that are only bound', async () => {
        const report = JSON.parse(await run(['socket-table-report']))
        const { server, client, ports, receiver, services, ...others } = report
        // Wine before 9.17 knows no process of the TCP sockets that Node opened.
        for (const { isOwn, isKnown } of server) expect(isOwn).toBe(isKnown)
        const entries = server.map(({ state, remotePort }: { state: string; remotePort: number | null }) => [
          state,
          remotePort,
        ])
        expect(entries).toContainEqual(['LISTEN', null])
        expect(entries).toContainEqual(['ESTABLISHED', ports.client])
        expect(client).toContainEqual(expect.objectContaining({ state: 'ESTABLISHED', remotePort: ports.server }))
        expect(receiver).toEqual([{ state: 'BOUND', remotePort: null, isOwn: true, isKnown: true }])
        expect(others).toEqual({
          bound: [],
          isImage: true,
          isStarted: true,
          kernel: { image: null, started: null },
          missing: { image: null, started: null },
          user: expect.stringMatching(/^[^\\]+\\[^\\]+$/),
          missingUser: 'ERROR_INVALID_PARAMETER',
        })
        expect(services).toContainEqual(expect.stringMatching(/^\w+$/)) // Wine's own, such as PlugPlay
      })

      it('keeps the buffers of pending calls from garbage collection', async () => {
        expect(JSON.parse(await run(['garbage-collected-buffers'], ['--expose-gc']))).toEqual({ right: 200 })
      })
    })
  }

  if (windows?.kind === 'windows') {
    it('reads the socket tables of Windows', async () => {
      const report = JSON.parse(await run(['socket-table-report']))
      const { server, client, receiver, bound, isImage, isStarted, user, services } = report
      expect(server.every(({ isOwn }: { isOwn: boolean }) => isOwn)).toBe(true)
      expect(client).toContainEqual(expect.objectContaining({ state: 'ESTABLISHED', isOwn: true }))
      expect([...receiver, ...bound].every(({ isOwn }: { isOwn: boolean }) => isOwn)).toBe(true)
      expect(server).toContainEqual(expect.objectContaining({ state: 'LISTEN', remotePort: null }))
      expect({ isImage, isStarted }).toEqual({ isImage: true, isStarted: true })
      expect(user.toLowerCase()).toContain(userInfo().username.toLowerCase())
      expect(services).toContain('RpcSs')
    })

    it("passes the conformance suite on Windows' own libraries", async () => {
      expect(await run(onSystem, [], 'conformance-windows')).toMatch(/, 0 failed, /)
    })
  }
}
