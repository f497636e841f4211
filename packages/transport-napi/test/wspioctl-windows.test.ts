import { mkdirSync, writeFileSync } from 'node:fs'
import { deployForWindows, runOnWindows, windowsOrExplain, windowsPath } from '@winport/windows'
import { simulatorDllPath } from '@winport/winsock-simulator'
import { describe, expect, it } from 'vitest'

const TIME_LIMIT = 150_000

const windows = await windowsOrExplain('WSPIoctl over napi')

async function runReport(...passed: readonly string[]): Promise<string> {
  const cwd = await deployForWindows('@winport/transport-napi', {
    devDependencies: ['@winport/winsock-simulator', 'koffi'],
  })
  const env = {
    WINSOCK_SIMULATOR: windowsPath(simulatorDllPath),
    WINSOCK_SIMULATOR_POOL: `napi-wspioctl-windows-${process.pid}`,
  }
  const args = ['test/wspioctl-report.js', ...passed]
  const { exitCode, stdout, stderr } = await runOnWindows({ cwd, args, env, timeoutMs: TIME_LIMIT })
  mkdirSync('reports', { recursive: true })
  writeFileSync(`reports/${['wspioctl-windows', ...passed].join('-')}.txt`, stdout) // kept most of all if it tells of a failure
  expect(exitCode, stdout + stderr).toBe(0)
  return stdout
}

it('can be run as a Windows program, wherever CI runs it', () => {
  expect(windows !== undefined || !process.env['CI']).toBe(true)
})

if (windows?.kind === 'wine') {
  describe('napi through WSPIoctl as a Windows program under Wine', { timeout: TIME_LIMIT }, () => {
    it("passes the conformance suite on the simulator's service provider, and shows all of it", async () => {
      const report = await runReport()
      expect(report).toMatch(/^69 shown, 0 failed, 2 not shown$/m)
      const calls: unknown = JSON.parse(report.trim().split(/\r?\n/).at(-1) ?? '')
      expect(calls).toEqual({
        WSAIoctl: 0,
        WSPIoctl: 2,
        wrong: [],
        refused: [1, 3, 9], // sockets that are not the system's
        providerStartups: 0,
        startups: 0,
      })
    })

    it("says that Wine's own provider cannot be started, and works without it", async () => {
      const { name, message, bound } = JSON.parse(await runReport('system'))
      expect(name).toBe('TransportUnavailableError')
      for (const told of ['system32\\mswsock.dll', "Wine's own", 'WSPStartup', "the default is 'WSAIoctl'"]) {
        expect(message.toLowerCase()).toContain(told.toLowerCase())
      }
      expect(bound).toBe(true)
    })
  })
}
