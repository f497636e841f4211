import { mkdirSync, writeFileSync } from 'node:fs'
import { soundSums } from '@winport/transport/conformance'
import { deployForWindows, runOnWindows, windowsOrExplain, windowsPath } from '@winport/windows'
import { bareFeatures, simulatorDllPath, simulatorFeatures } from '@winport/winsock-simulator'
import { describe, expect, it } from 'vitest'

const TIME_LIMIT = 150_000

const windows = await windowsOrExplain('the conformance suite over napi')

/** Runs a program of this folder as a Windows program, with the simulator's DLL at hand. */
async function runProgram(args: readonly string[], report?: string): Promise<string> {
  const cwd = await deployForWindows('@winport/transport-napi', {
    devDependencies: ['@winport/winsock-simulator', 'koffi'],
  })
  const env = {
    WINSOCK_SIMULATOR: windowsPath(simulatorDllPath),
    WINSOCK_SIMULATOR_POOL: `napi-windows-${process.pid}`,
  }
  const { exitCode, stdout, stderr } = await runOnWindows({ cwd, args, env, timeoutMs: TIME_LIMIT })
  if (report !== undefined) {
    mkdirSync('reports', { recursive: true })
    writeFileSync(`reports/${report}.txt`, stdout) // kept most of all if it tells of a failure
  }
  expect(exitCode, stdout + stderr).toBe(0)
  return stdout
}

describe.skipIf(windows?.kind !== 'wine')('napi as a Windows program under Wine', { timeout: TIME_LIMIT }, () => {
  it('passes the conformance suite on the simulator, and shows all of it', async () => {
    const report = await runProgram(['test/conformance-report.js'], 'conformance-windows-simulator')
    expect(report).toContain(`\n${soundSums(simulatorFeatures)}\n`)
  })

  it("on Wine's own Winsock says that there are no reservations, and all else works", async () => {
    const report = await runProgram(['test/conformance-report.js', 'system'], 'conformance-wine')
    expect(report).toContain(`\n${soundSums(bareFeatures)}\n`)
    expect(report).toMatch(/18 +documented +passed +where the facility is missing every code reports WSAEOPNOTSUPP/)
    expect(report).toMatch(/18 +contract +passed +where the persistent functions are missing/)
  })

  it('keeps the buffers of pending calls though the caller dropped them and the collector runs', async () => {
    expect(JSON.parse(await runProgram(['--expose-gc', 'test/garbage-collected-buffers.js']))).toEqual({ right: 200 })
  })
})

// Not a skipped test elsewhere: there it is none.
if (windows?.kind === 'windows') {
  it("passes what the conformance suite can show on Windows' own libraries", { timeout: TIME_LIMIT }, async () => {
    const report = await runProgram(['test/conformance-report.js', 'system'], 'conformance-windows')
    expect(report).toMatch(/, 0 failed, /)
  })
}
