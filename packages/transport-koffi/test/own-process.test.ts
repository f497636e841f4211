import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { simulatorPath, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, describe, expect, it } from 'vitest'

const simulator = new WinsockSimulator('koffi-own-process', { startPort: 61_000, count: 4096 })
afterAll(() => simulator.destroy())

/** Runs a script of this folder in a process of its own, in its own pool of ports. */
async function run(script: string, ...passed: readonly string[]): Promise<string> {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const env = { ...process.env, WINSOCK_SIMULATOR: simulatorPath, WINSOCK_SIMULATOR_POOL: simulator.pool }
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--max-semi-space-size=4', path, ...passed],
    { env },
  )
  return stdout
}

describe('the koffi backend in a process of its own', () => {
  it('keeps the buffers of pending calls though the caller dropped them and the collector runs', async () => {
    expect(JSON.parse(await run('garbage-collected-buffers.js'))).toEqual({ right: 200 })
  })

  it('closes sockets that were dropped, but none with a call pending', async () => {
    expect(JSON.parse(await run('dropped-sockets.js'))).toEqual({
      first: 110,
      whilePending: 10,
      ports: Array.from({ length: 10 }, () => 2),
      last: 0,
      left: { openSockets: 0, runtimeReservations: 0, pendingCalls: 0, startups: 1 },
    })
  })

  it('makes 100,000 calls of all kinds on a flat heap, RSS and socket count', async () => {
    const { heapUsed, arrayBuffers, rss, sockets, left } = JSON.parse(await run('steady-calls.js', '100000'))
    expect(heapUsed).toBeLessThan(300_000)
    expect(arrayBuffers).toBeLessThan(10_000)
    expect(rss).toBeLessThan(8_000_000)
    expect(sockets).toBe(0)
    expect(left).toEqual({ openSockets: 0, runtimeReservations: 0, pendingCalls: 0, startups: 0 })
  })

  it.each([
    ['exit', 7],
    ['throw', 1],
  ])('does not keep the process that ends with a call pending: %s', async (how, status) => {
    const started = performance.now()
    await expect(run('exit-while-pending.js', how)).rejects.toMatchObject({ code: status })
    expect(performance.now() - started).toBeLessThan(3000)
  })

  it('works in worker threads, each of which balances its own WSAStartup, and one of which is terminated', async () => {
    const { closed, terminated, left } = JSON.parse(await run('workers.js'))
    expect(closed).toEqual(Array.from({ length: 4 }, () => [2, 2, 2, 2]))
    expect(terminated).toBe('in time')
    // What the terminated one leaves behind, as any thread would: its socket, with what was granted on it since.
    expect(left).toEqual({ openSockets: 1, runtimeReservations: 1, pendingCalls: 0, startups: 1 })
  })
})
