import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, describe, expect, it } from 'vitest'

const simulator = new WinsockSimulator('napi-own-process', { startPort: 53_000, count: 4000 })
afterAll(() => simulator.destroy())

const execute = promisify(execFile)
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const SANITIZED = here('../build/linux-x64-sanitized/winport-transport.napi.node')
const NOTHING = { openSockets: 0, runtimeReservations: 0, pendingCalls: 0, startups: 0 }
const CALLS = Number(process.env['WINPORT_HOSTILE_CALLS'] ?? 200_000)
const CYCLES = Number(process.env['WINPORT_CYCLES'] ?? 10_000)

/** Runs a script of this folder in a process of its own, on this file's pool of ports. */
async function run(script: string, passed: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await execute(process.execPath, ['--expose-gc', here(script), ...passed], {
    env: { ...process.env, WINSOCK_SIMULATOR_POOL: simulator.pool, ...env },
  })
  return stdout
}

/** The environment in which plain Node loads the addon that is built with AddressSanitizer. */
async function sanitized(options: string): Promise<NodeJS.ProcessEnv> {
  const { stdout } = await execute('g++', ['-print-file-name=libasan.so'])
  return { LD_PRELOAD: stdout.trim(), ASAN_OPTIONS: options, UBSAN_OPTIONS: 'print_stacktrace=1' }
}

describe('the addon, in a process of its own', () => {
  it('keeps the buffers of pending calls though the caller dropped them and the collector runs', async () => {
    expect(JSON.parse(await run('garbage-collected-buffers.js'))).toEqual({ right: 200 })
  })

  it('closes sockets that were dropped, but none with a call pending', async () => {
    expect(JSON.parse(await run('dropped-sockets.js'))).toEqual({
      first: 110,
      whilePending: 10,
      ports: Array.from({ length: 10 }, () => 2),
      last: 0,
      left: { ...NOTHING, startups: 1 },
    })
  })

  it('works in 16 worker threads at once, and leaves nothing of 16 that are terminated with calls pending', async () => {
    const { closed, pendingCalls, terminated, left, ports, after } = JSON.parse(await run('workers.js'))
    expect(closed).toEqual(Array.from({ length: 16 }, () => [2, 2, 2, 2]))
    expect(pendingCalls).toBeGreaterThanOrEqual(161)
    expect(terminated).toBe('in time')
    expect(left).toEqual({ openSockets: 1, runtimeReservations: 0, pendingCalls: 1, startups: 1 })
    expect(ports).toBe(3)
    expect(after).toEqual(NOTHING)
  })

  it('is loaded several times in one thread, each time with sockets of its own', async () => {
    expect(JSON.parse(await run('loaded-twice.js'))).toEqual({ addons: 5, foreign: 0, ports: [3, 3], left: NOTHING })
  })

  it.each([
    ['exit', 7],
    ['throw', 1],
  ])('does not keep the process that ends with calls pending: %s', async (how, status) => {
    await expect(run('exit-while-pending.js', [how])).rejects.toMatchObject({ code: status })
  })

  it('keeps the process while calls are pending, and no longer', async () => {
    expect(await run('exit-while-pending.js', ['closed'])).toBe('')
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
    expect(functions).toBe(16)
  }, 120_000)

  it(`loses nothing in ${CYCLES} cycles of acquire, listen and release`, async () => {
    const { heapUsed, arrayBuffers, rss, left } = JSON.parse(await run('cycles.js', [String(CYCLES)]))
    expect(heapUsed).toBeLessThan(1_000_000)
    expect(arrayBuffers).toBeLessThan(10_000)
    expect(rss).toBeLessThan(16_000_000)
    expect(left).toEqual(NOTHING)
  }, 120_000)
})
