import { type NativeBackend, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, describe, expect, it } from 'vitest'
import { runInOwnProcess } from './run-in-own-process.js'
import type { TestPorts } from './test-ports.js'

const NOTHING = { openSockets: 0, runtimeReservations: 0, pendingCalls: 0, startups: 0 }

const WORKERS = 16
const CALLS_IN_EACH = 10

export interface OwnProcessExpectations {
  /**
   * What a worker leaves that is terminated while its calls are pending: nothing, or what any thread would, its sockets,
   * with what is granted on them later.
   */
  readonly terminatedWorkerLeaves: 'nothing' | 'its sockets'
}

/** What shows only in a process of its own: collections, exits, threads. */
export function defineOwnProcessTests(
  backend: NativeBackend,
  ports: TestPorts,
  { terminatedWorkerLeaves }: OwnProcessExpectations,
): void {
  const simulator = new WinsockSimulator(`${backend.name}-own-process`, ports)
  afterAll(() => simulator.destroy())

  const flags = ['--expose-gc', '--max-semi-space-size=4']
  const env = { WINSOCK_SIMULATOR_POOL: simulator.pool }
  const run = (...passed: readonly string[]) => runInOwnProcess(backend, { passed, flags, env })

  describe(`the ${backend.name} backend in a process of its own`, () => {
    it('keeps the buffers of pending calls though the caller dropped them and the collector runs', async () => {
      expect(JSON.parse(await run('garbage-collected-buffers'))).toEqual({ right: 200 })
    })

    it('closes sockets that were dropped, but none with a call pending', async () => {
      expect(JSON.parse(await run('dropped-sockets'))).toEqual({
        first: 110,
        whilePending: 10,
        ports: Array.from({ length: 10 }, () => 2),
        last: 0,
        left: { ...NOTHING, startups: 1 },
      })
    })

    it.each([
      ['exit', 7],
      ['throw', 1],
    ])('does not keep the process that ends with calls pending: %s', async (how, status) => {
      const started = performance.now()
      await expect(run('exit-while-pending', how)).rejects.toMatchObject({ code: status })
      expect(performance.now() - started).toBeLessThan(3000)
    })

    it('keeps the process while calls are pending, and no longer', async () => {
      expect(await run('exit-while-pending', 'closed')).toBe('')
    })

    it(`works in ${WORKERS} worker threads at once, and when ${WORKERS} are terminated with calls pending`, async () => {
      const seen = JSON.parse(await run('workers', String(WORKERS), String(CALLS_IN_EACH)))
      const sockets = terminatedWorkerLeaves === 'nothing' ? 0 : WORKERS * CALLS_IN_EACH
      const startups = terminatedWorkerLeaves === 'nothing' ? 0 : WORKERS
      expect(seen.closed).toEqual(Array.from({ length: WORKERS }, () => [2, 2, 2, 2]))
      expect(seen.pendingCalls).toBeGreaterThanOrEqual(WORKERS * CALLS_IN_EACH + 1)
      expect(seen.terminated).toBe('in time')
      expect(seen.left).toEqual({
        openSockets: sockets + 1,
        runtimeReservations: 0,
        pendingCalls: sockets + 1,
        startups: startups + 1,
      })
      expect(seen.ports).toBe(3)
      expect(seen.after).toEqual({ openSockets: sockets, runtimeReservations: sockets, pendingCalls: 0, startups })
    })
  })
}
