import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { leasePorts, valgrindOrExplain } from '@winport/windows'
import { WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, expect, it } from 'vitest'
import { type MemoryReport, readMemoryReport } from './memory-report.js'

const TIME_LIMIT = 500_000
const CYCLES = 10_000
const EVENTS = 1000
/** Allows for singletons: a few threads, tables, a pool. A leak of one block per 100 cycles would exceed it. */
const KEPT_LIMIT = 100

const LOSING_MEMORY = fileURLToPath(
  new URL('../build/linux/losing-memory/winport-transport.napi.node', import.meta.url),
)

const valgrind = await valgrindOrExplain(`${CYCLES} cycles of acquire, listen and release`)
const simulator = new WinsockSimulator('napi-unfreed-memory', await leasePorts(1000))
afterAll(() => simulator.destroy())

it('has valgrind wherever CI runs it', () => {
  expect(valgrind !== undefined || !process.env['CI']).toBe(true)
})

if (valgrind !== undefined) {
  /** Runs a script of this folder under valgrind. */
  const run = async (script: string, passed: readonly string[]): Promise<MemoryReport & { stdout: string }> => {
    mkdirSync('reports', { recursive: true })
    const report = `reports/valgrind-${script}.xml`
    const flags = [
      '--undef-value-errors=no', // V8's generated code causes many false reports
      '--leak-check=full',
      '--show-leak-kinds=all',
      '--errors-for-leak-kinds=none',
      '--num-callers=16',
      '--xml=yes',
      `--xml-file=${report}`,
    ]
    const path = fileURLToPath(new URL(script, import.meta.url))
    const { stdout } = await promisify(execFile)(
      valgrind,
      [...flags, process.execPath, '--expose-gc', path, ...passed],
      {
        env: { ...process.env, WINSOCK_SIMULATOR_POOL: simulator.pool },
      },
    )
    return { ...readMemoryReport(readFileSync(report, 'utf8')), stdout }
  }

  it(`finds no block of the addon or the simulator lost in ${CYCLES} cycles`, async () => {
    const { invalid, lost, kept, stacks, stdout } = await run('cycles.js', [String(CYCLES)])
    expect({ invalid, lost }, stacks.join('\n')).toEqual({ invalid: 0, lost: 0 })
    expect(kept).toBeGreaterThan(0) // otherwise valgrind does not see our blocks at all
    expect(kept).toBeLessThan(KEPT_LIMIT)
    expect(JSON.parse(stdout).left).toMatchObject({ openSockets: 0, runtimeReservations: 0, startups: 0 })
  })

  it('detects one block that an addon leaks, and a table of the simulator that grows', {
    timeout: TIME_LIMIT,
  }, async () => {
    const { lost, kept } = await run('lose-memory.js', [LOSING_MEMORY, String(EVENTS)])
    expect(lost).toBe(1)
    expect(kept).toBeGreaterThanOrEqual(EVENTS)
    expect(kept).toBeGreaterThan(KEPT_LIMIT)
  })

  it('keeps the memory of an abandoned call until the kernel completes the call', async () => {
    const { invalid, stacks, stdout } = await run('abandoned-call.js', [])
    expect(invalid, stacks.join('\n')).toBe(0)
    expect(JSON.parse(stdout).completed).toMatchObject({ pendingCalls: 0, runtimeReservations: 1 })
  })
}
