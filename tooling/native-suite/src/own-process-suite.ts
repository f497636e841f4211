import { leasePorts } from '@winport/windows'
import { type NativeBackend, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, describe, expect, it } from 'vitest'
import { runInOwnProcess } from './run-in-own-process.js'

const NOTHING = { openSockets: 0, runtimeReservations: 0, pendingCalls: 0, startups: 0 }

const WORKERS = 16
const CALLS_IN_EACH = 10

export interface OwnProcessExpectations {
  /**
   * What remains of a worker that is terminated while its calls are pending: nothing, or its sockets, with the
   * reservations that are granted on them later.
   */
  readonly terminatedWorkerLeaves: 'nothing' | 'its sockets'
}

/** Tests that need a separate process: garbage collection, exits, threads. */
export async function defineOwnProcessTests(
  backend: NativeBackend,
  { terminatedWorkerLeaves }: OwnProcessExpectations,
): Promise<void> {
  const simulator = new WinsockSimulator(`${backend.name}-own-process`, await leasePorts(2000))
  afterAll(() => simulator.destroy())

  const flags = ['--expose-gc', '--max-semi-space-size=4']
  const env = { WINSOCK_SIMULATOR_POOL: simulator.pool }
  const run = (...passed: readonly string[]) => runInOwnProcess(backend, { passed, flags, env })

  describe(`the ${backend.name} backend in a separate process`, () => {
    it('keeps the buffers of pending calls from garbage collection', async () => {
      expect(JSON.parse(await run('garbage-collected-buffers'))).toEqual({ right: 200 })
    })

    it('closes garbage-collected sockets, except those with pending calls', async () => {
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
    ])('lets a process end whose calls never complete: %s', async (how, status) => {
      await expect(run('exit-while-pending', how)).rejects.toMatchObject({ code: status })
    })

    it('keeps the process running until its calls are complete', async () => {
      expect(await run('exit-while-pending', 'closed')).toBe('')
    })

    it('serves in two cluster workers, each on a port of its own reservation', async () => {
      expect(JSON.parse(await run('cluster-workers'))).toEqual([
        { served: 'first', isInBlock: true, left: NOTHING },
        { served: 'second', isInBlock: true, left: NOTHING },
      ])
    })

    it(`works in ${WORKERS} worker threads at once, ${WORKERS} of which are terminated with pending calls`, async () => {
      const seen = JSON.parse(await run('workers', String(WORKERS), String(CALLS_IN_EACH)))
      const sockets = terminatedWorkerLeaves === 'nothing' ? 0 : WORKERS * CALLS_IN_EACH
      const startups = terminatedWorkerLeaves === 'nothing' ? 0 : WORKERS
      expect(seen.closed).toEqual(Array.from({ length: WORKERS }, () => [2, 2, 2, 2]))
      expect(seen.pendingCalls).toBeGreaterThanOrEqual(WORKERS * CALLS_IN_EACH + 1)
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
