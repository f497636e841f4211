import { mkdirSync, writeFileSync } from 'node:fs'
import { soundSums } from '@winport/transport/conformance'
import { deployForWindows, runOnWindows, windowsOrExplain, windowsPath } from '@winport/windows'
import { bareFeatures, type NativeBackend, simulatorDllPath, simulatorFeatures } from '@winport/winsock-simulator'
import { describe, expect, it } from 'vitest'
import type { EntryPointExpectations } from './entry-point-suite.js'
import type { TestPorts } from './test-ports.js'

const TIME_LIMIT = 150_000

/** The conformance suite as a Windows program: under Wine on the simulator and on Wine's Winsock, on Windows on its own. */
export async function defineWindowsTests(
  { name }: NativeBackend,
  ports: TestPorts,
  { refusedUpcalls }: EntryPointExpectations,
): Promise<void> {
  const windows = await windowsOrExplain(`the conformance suite over ${name}`)

  /** Runs a program of these suites as a Windows program, with the simulator's DLL at hand. */
  async function run(passed: readonly string[], flags: readonly string[] = [], report?: string): Promise<string> {
    const cwd = await deployForWindows(`@winport/transport-${name}`, { devDependencies: ['@winport/native-suite'] })
    const env = {
      WINSOCK_SIMULATOR: windowsPath(simulatorDllPath),
      WINSOCK_SIMULATOR_POOL: `${name}-windows-${process.pid}`,
    }
    const args = [...flags, 'test/program.js', ...passed]
    const { exitCode, stdout, stderr } = await runOnWindows({ cwd, args, env, timeoutMs: TIME_LIMIT })
    if (report !== undefined) {
      mkdirSync('reports', { recursive: true })
      writeFileSync(`reports/${report}.txt`, stdout) // kept most of all if it tells of a failure
    }
    expect(exitCode, stdout + stderr).toBe(0)
    return stdout
  }

  const { startPort, count } = ports
  const onSimulator = ['entry-points-report', String(startPort), String(count)]
  const onSystem = ['conformance-report', 'system']

  it('can be run as a Windows program, wherever CI runs it', () => {
    expect(windows !== undefined || !process.env['CI']).toBe(true)
  })

  // Plain ifs: elsewhere these are no tests, and not skipped ones.
  if (windows?.kind === 'wine') {
    describe(`${name} as a Windows program under Wine`, { timeout: TIME_LIMIT }, () => {
      // One program for both: Wine is started once.
      it('passes the conformance suite on the simulator through both entry points, and shows all of it', async () => {
        const report = await run(onSimulator, [], 'conformance-windows-simulator')
        expect(report).toMatch(/^Node.js v22\.22\.2 on win32 /)
        const lines = report.trim().split('\n')
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

      it("says that Wine's own provider cannot be started, and works without it", async () => {
        const { name, message, bound } = JSON.parse(await run(['entry-points-report', 'system']))
        expect(name).toBe('TransportUnavailableError')
        for (const told of ['system32\\mswsock.dll', "Wine's own", 'WSPStartup', "the default is 'WSAIoctl'"]) {
          expect(message.toLowerCase()).toContain(told.toLowerCase())
        }
        expect(bound).toBe(true)
      })

      it("on Wine's own Winsock says that there are no reservations, and all else works", async () => {
        const report = await run(onSystem, [], 'conformance-wine')
        expect(report.split('\n')).toContain(soundSums(bareFeatures))
        expect(report).toMatch(/18 +documented +passed +where the facility is missing every code reports WSAEOPNOTSUPP/)
        expect(report).toMatch(/18 +contract +passed +where the persistent functions are missing/)
      })

      it('keeps the buffers of pending calls though the caller dropped them and the collector runs', async () => {
        expect(JSON.parse(await run(['garbage-collected-buffers'], ['--expose-gc']))).toEqual({ right: 200 })
      })
    })
  }

  if (windows?.kind === 'windows') {
    it("passes what the conformance suite can show on Windows' own libraries", { timeout: TIME_LIMIT }, async () => {
      expect(await run(onSystem, [], 'conformance-windows')).toMatch(/, 0 failed, /)
    })
  }
}
