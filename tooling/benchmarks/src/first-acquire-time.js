import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { deployForWindows, prepareWindows, runOnWindows, WindowsUnavailableError, windowsPath } from '@winport/windows'
import { simulatorDllPath, simulatorPath, WinsockSimulator } from '@winport/winsock-simulator'
import { atLeast } from './row.js'

const run = promisify(execFile)
const RUNS = 31
const RUNS_UNDER_WINE = 11
const SCRIPT = fileURLToPath(new URL('./first-acquire.js', import.meta.url))
const WHAT = 'napi: import and first acquire'

/** Import of a backend and its first acquire, in a fresh process each: napi against koffi. */
export async function measureFirstAcquire() {
  return [await measureOnLinux(), await measureUnderWine()]
}

async function measureOnLinux() {
  const simulator = new WinsockSimulator('bench-first-acquire', { startPort: 61_000, count: 4000 })
  const env = { ...process.env, WINSOCK_SIMULATOR_POOL: simulator.pool }
  try {
    return await compare(`${WHAT}, against koffi`, RUNS, async (backend) => {
      const { stdout } = await run(process.execPath, [SCRIPT, backend, simulatorPath], { env })
      return stdout
    })
  } finally {
    simulator.destroy()
  }
}

/** As Windows programs. Where none can be run the row says so, and its target is missed. */
async function measureUnderWine() {
  const name = `${WHAT}, against koffi, under Wine`
  try {
    await prepareWindows()
  } catch (error) {
    if (!(error instanceof WindowsUnavailableError)) throw error
    return {
      ...atLeast(1, name, Number.NaN, Number.NaN),
      detail: `not measured: ${error.message.replaceAll('\n', ' ')}`,
    }
  }
  const cwd = await deployForWindows('@winport/benchmarks')
  const env = { WINSOCK_SIMULATOR_POOL: `bench-first-acquire-${process.pid}` }
  return await compare(name, RUNS_UNDER_WINE, async (backend) => {
    const args = ['src/first-acquire.js', backend, windowsPath(simulatorDllPath('x64'))]
    const { exitCode, stdout, stderr } = await runOnWindows({ cwd, args, env })
    if (exitCode !== 0) throw new Error(`first-acquire.js failed under Wine: ${exitCode}\n${stdout}${stderr}`)
    return stdout
  })
}

/** In turn, each first every other time; the quickest of each. */
async function compare(name, runs, timeOf) {
  const times = { napi: [], koffi: [] }
  for (let i = 0; i < runs; i++) {
    for (const backend of i % 2 === 0 ? ['napi', 'koffi'] : ['koffi', 'napi']) {
      times[backend].push(Number(await timeOf(backend)))
    }
  }
  return atLeast(1, name, Math.min(...times.napi), Math.min(...times.koffi))
}
