import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { runInOwnProcess } from '@winport/native-suite'
import { leasePorts } from '@winport/windows'
import { WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, describe, expect, it } from 'vitest'
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

describe('the addon, in a process of its own', () => {
  it('is not chosen by environment variables', async () => {
    const variables = {
      npm_config_arch: 'arm64',
      npm_config_platform: 'win32',
      '@WINPORT/TRANSPORT_NAPI_PREBUILD': '/no/such/folder',
    }
    expect(JSON.parse(await run('cycles.js', ['10'], variables)).left).toEqual(NOTHING)
  })

  it('can be loaded several times in one thread, each time with its own sockets', async () => {
    expect(JSON.parse(await run('loaded-twice.js'))).toEqual({ addons: 5, foreign: 0, ports: [3, 3], left: NOTHING })
  })

  it.each([
    ['whose event is not signalled', []],
    ['whose event is signalled', ['signalled']],
  ])(
    'abandons a call %s, which the kernel does not complete in 3 seconds, and frees none of its memory',
    async (_, passed) => {
      const { seconds, kept, abandoned, completed, ports } = JSON.parse(await run('abandoned-call.js', passed))
      expect(seconds).toBeGreaterThan(2.9)
      expect(seconds).toBeLessThan(5)
      expect(kept).toBe(true)
      // The socket of the worker is open because closesocket failed.
      expect(abandoned).toEqual({ openSockets: 1, runtimeReservations: 0, pendingCalls: 1, startups: 1 })
      expect(completed).toEqual({ openSockets: 1, runtimeReservations: 1, pendingCalls: 0, startups: 1 })
      expect(ports).toBe(2)
    },
  )

  it('frees no call that completes while its environment ends, with AddressSanitizer', async () => {
    const env = await sanitized('detect_leaks=0:halt_on_error=1')
    expect(JSON.parse(await run('late-completions.js', [SANITIZED, '3'], env))).toEqual({ pendingCalls: 0 })
  })

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
    expect(functions).toBe(28)
  })

  it(`does not leak in ${CYCLES} cycles of acquire, listen and release`, async () => {
    const { heapUsed, arrayBuffers, rss, left } = JSON.parse(await run('cycles.js', [String(CYCLES)]))
    expect(heapUsed).toBeLessThan(1_000_000)
    expect(arrayBuffers).toBeLessThan(10_000)
    expect(rss).toBeLessThan(16_000_000)
    expect(left).toEqual(NOTHING)
  })
})
