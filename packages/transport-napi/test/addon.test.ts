import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { runInOwnProcess } from '@winport/native-suite'
import { TransportUnavailableError } from '@winport/transport'
import { leasePorts } from '@winport/windows'
import { failureOf, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, describe, expect, it } from 'vitest'
import { loadAddonOf } from '../src/addon.js'
import { napiBackend } from './napi-backend.js'

const simulator = new WinsockSimulator('napi-addon', await leasePorts(1300))
afterAll(() => simulator.destroy())

const SANITIZED = fileURLToPath(new URL('../build/sanitized/winport-transport.napi.node', import.meta.url))
const NOTHING = { openSockets: 0, runtimeReservations: 0, pendingCalls: 0, startups: 0 }
const CALLS = Number(process.env['WINPORT_HOSTILE_CALLS'] ?? 200_000)
const CYCLES = Number(process.env['WINPORT_CYCLES'] ?? 10_000)

/** Runs a script of this folder in a process of its own, on the ports of this file. */
function run(script: string, passed: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const pool = { WINSOCK_SIMULATOR_POOL: simulator.pool }
  return runInOwnProcess(napiBackend, { script, passed, flags: ['--expose-gc'], env: { ...pool, ...env } })
}

/** The environment variables with which Node can load the addon that is built with AddressSanitizer. */
async function sanitized(options: string): Promise<NodeJS.ProcessEnv> {
  const { stdout } = await promisify(execFile)('g++', ['-print-file-name=libasan.so'])
  return { LD_PRELOAD: stdout.trim(), ASAN_OPTIONS: options, UBSAN_OPTIONS: 'print_stacktrace=1' }
}

it('reports the platform if there is no prebuilt addon for it, and recommends koffi', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'winport-no-prebuilds-'))
  const error = await failureOf(() => loadAddonOf(empty))
  await rm(empty, { recursive: true })
  expect(error).toBeInstanceOf(TransportUnavailableError)
  expect(error.code).toBe('ERR_TRANSPORT_UNAVAILABLE')
  expect(error.message).toContain(`${process.platform}-${process.arch}`)
  expect(error.message).toContain('@winport/transport-koffi')
  expect(error.cause).toBeInstanceOf(Error)
})

describe('the addon, in a process of its own', () => {
  it('can be loaded several times in one thread, each time with its own sockets', async () => {
    expect(JSON.parse(await run('loaded-twice.js'))).toEqual({ addons: 5, foreign: 0, ports: [3, 3], left: NOTHING })
  })

  it.each([
    ['3 seconds after its environment has ended', [], 2.9, 5],
    ['at once if the event of the call is signalled although it is not complete', ['signalled'], 0, 2.9],
  ])(
    'abandons a call that the kernel does not complete, and frees none of its memory: %s',
    async (_, passed, min, max) => {
      const { seconds, kept, abandoned, completed, ports } = JSON.parse(await run('abandoned-call.js', passed))
      expect(seconds).toBeGreaterThan(min)
      expect(seconds).toBeLessThan(max)
      expect(kept).toBe(true)
      // The socket of the worker is open because closesocket failed.
      expect(abandoned).toEqual({ openSockets: 1, runtimeReservations: 0, pendingCalls: 1, startups: 1 })
      expect(completed).toEqual({ openSockets: 1, runtimeReservations: 1, pendingCalls: 0, startups: 1 })
      expect(ports).toBe(2)
    },
  )

  it(`withstands ${CALLS} hostile calls, with AddressSanitizer and UBSan`, async () => {
    const seed = process.env['WINPORT_HOSTILE_SEED'] ?? String(Math.trunc(Math.random() * 2 ** 31))
    const env = await sanitized('detect_leaks=0:halt_on_error=1')
    const printed = await run('hostile-calls.js', [SANITIZED, String(CALLS), seed], env).catch((error: unknown) => {
      throw new Error(`with WINPORT_HOSTILE_SEED=${seed}`, { cause: error })
    })
    const { threw, returned, pending, completed, pendingCalls, functions } = JSON.parse(printed)
    expect(threw + returned).toBe(CALLS)
    expect(completed).toBeGreaterThan(pending / 2) // the others had a hostile listener
    expect(pendingCalls).toBe(0)
    expect(functions).toBe(21)
  }, 120_000)

  it(`does not leak in ${CYCLES} cycles of acquire, listen and release`, async () => {
    const { heapUsed, arrayBuffers, rss, left } = JSON.parse(await run('cycles.js', [String(CYCLES)]))
    expect(heapUsed).toBeLessThan(1_000_000)
    expect(arrayBuffers).toBeLessThan(10_000)
    expect(rss).toBeLessThan(16_000_000)
    expect(left).toEqual(NOTHING)
  }, 120_000)
})
