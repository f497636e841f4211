import { getEventListeners } from 'node:events'
import { AbortError, type PersistentOptions, type PortRange, type Transport } from '@winport/transport'
import { leasePorts } from '@winport/windows'
import {
  failureOf,
  type NativeBackend,
  SimulatedCall,
  simulatorLibraries,
  UNTIL_RELEASED,
  WinsockSimulator,
} from '@winport/winsock-simulator'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'

const VERBS = ['create', 'lookup', 'delete'] as const
const CALL_OF = {
  create: SimulatedCall.CREATE_PERSISTENT,
  lookup: SimulatedCall.LOOKUP_PERSISTENT,
  delete: SimulatedCall.DELETE_PERSISTENT,
}
const REASON = new Error('no longer wanted')

/** Signals of calls to IP Helper, which cannot be cancelled. */
export async function definePersistentSignalTests(backend: NativeBackend): Promise<void> {
  const ports = await leasePorts(100)
  const simulator = new WinsockSimulator(`${backend.name}-persistent-signals`, ports)
  const range: PortRange = { protocol: 'tcp', startPort: ports.startPort, count: 4 }
  const other: PortRange = { protocol: 'udp', startPort: ports.startPort, count: 4 }
  let transport: Transport
  let abort: AbortController

  beforeEach(() => {
    simulator.reset()
    simulator.setElevated(true)
    transport = backend.openTransport(simulatorLibraries)
    abort = new AbortController()
  })
  afterEach(async () => {
    await transport.close()
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0)
    expect(simulator.counts()).toMatchObject({ persistentReservations: 0, pendingCalls: 0, startups: 0 })
  })
  afterAll(() => simulator.destroy())

  const call = (verb: (typeof VERBS)[number], asked: PortRange, options?: PersistentOptions): Promise<unknown> =>
    transport.persistent[verb](asked, options)

  /** The number of calls of each kind. */
  function made(): Record<(typeof VERBS)[number], number | undefined> {
    const { calls } = simulator.counts()
    return { create: calls[CALL_OF.create], lookup: calls[CALL_OF.lookup], delete: calls[CALL_OF.delete] }
  }

  /** Starts a call that blocks until the simulator releases it. */
  async function hold(verb: (typeof VERBS)[number], options?: PersistentOptions): Promise<{ failure: Promise<Error> }> {
    simulator.setLatency(CALL_OF[verb], UNTIL_RELEASED)
    const failure = failureOf(() => call(verb, range, options))
    while (simulator.pendingCalls === 0) await new Promise(setImmediate)
    simulator.setLatency(CALL_OF[verb], 0)
    return { failure }
  }

  function expectAborted(error: Error): void {
    expect(error).toBeInstanceOf(AbortError)
    expect(error.cause).toBe(REASON)
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0)
  }

  async function expectNotFound(): Promise<void> {
    await using later = backend.openTransport(simulatorLibraries)
    expect(await failureOf(() => later.persistent.lookup(range))).toMatchObject({ code: 'ERROR_NOT_FOUND' })
  }

  describe('a persistent call with a signal', () => {
    it.each(VERBS)('is not made if the signal is aborted: %s', async (verb) => {
      abort.abort(REASON)
      expectAborted(await failureOf(() => call(verb, range, { signal: abort.signal })))
      await failureOf(() => transport.persistent.lookup(other)) // no other call was queued before it
      expect(made()).toEqual({ create: 0, lookup: 1, delete: 0 })
    })

    it.each(VERBS)('is not made if the signal aborts while the call is queued: %s', async (verb) => {
      const running = await hold('lookup')
      const waiting = failureOf(() => call(verb, other, { signal: abort.signal }))
      await new Promise(setImmediate)
      expect(getEventListeners(abort.signal, 'abort')).toHaveLength(1)
      abort.abort(REASON)
      expectAborted(await waiting)
      expect(simulator.pendingCalls).toBe(1)
      simulator.releasePending(1)
      expect(await running.failure).toMatchObject({ code: 'ERROR_NOT_FOUND' })
      await transport.close()
      expect(made()).toEqual({ create: 0, lookup: 1, delete: 0 })
    })

    it.each(VERBS)(
      'rejects at once if the signal aborts during the call, and closing waits for the call: %s',
      async (verb) => {
        const { failure } = await hold(verb, { signal: abort.signal })
        abort.abort(REASON)
        expectAborted(await failure)
        expect(simulator.pendingCalls).toBe(1)
        let closed = false
        const closing = transport.close().then(() => {
          closed = true
        })
        await new Promise((resolve) => setTimeout(resolve, 20))
        expect(closed).toBe(false)
        simulator.releasePending(1)
        await closing
        expect(simulator.pendingCalls).toBe(0)
      },
    )

    it('deletes what it created after an abort, before the transport is closed', async () => {
      const { failure } = await hold('create', { signal: abort.signal })
      abort.abort(REASON)
      expectAborted(await failure)
      simulator.releasePending(1)
      await transport.close()
      expect(made()).toEqual({ create: 1, lookup: 0, delete: 1 })
      expect(simulator.counts().persistentReservations).toBe(0)
      await expectNotFound()
    })

    it('deletes what it created after an abort, before any other call', async () => {
      const { failure } = await hold('create', { signal: abort.signal })
      abort.abort(REASON)
      expectAborted(await failure)
      const next = transport.persistent.create(range)
      simulator.releasePending(1)
      expect(await next).toBe(await transport.persistent.lookup(range))
      expect(made()).toEqual({ create: 2, lookup: 1, delete: 1 })
      await transport.persistent.delete(range)
    })

    it('does not delete a range that it could not create', async () => {
      await transport.persistent.create(range)
      const { failure } = await hold('create', { signal: abort.signal })
      abort.abort(REASON)
      expectAborted(await failure)
      simulator.releasePending(1)
      await transport.persistent.lookup(range)
      expect(made()).toEqual({ create: 2, lookup: 1, delete: 0 })
      await transport.persistent.delete(range)
    })

    it('does not delete what a Lookup found', async () => {
      await transport.persistent.create(range)
      const { failure } = await hold('lookup', { signal: abort.signal })
      abort.abort(REASON)
      expectAborted(await failure)
      simulator.releasePending(1)
      await transport.persistent.delete(range)
      expect(made()).toEqual({ create: 1, lookup: 1, delete: 1 })
    })

    it('completes a Delete after an abort', async () => {
      await transport.persistent.create(range)
      const { failure } = await hold('delete', { signal: abort.signal })
      abort.abort(REASON)
      expectAborted(await failure)
      simulator.releasePending(1)
      await transport.close()
      expect(made()).toEqual({ create: 1, lookup: 0, delete: 1 })
      await expectNotFound()
    })

    it('behaves as without a signal if the signal does not abort, and leaves no listener', async () => {
      const { signal } = abort
      const token = await transport.persistent.create(range, { signal })
      expect(await transport.persistent.lookup(range, { signal })).toBe(token)
      expect(await failureOf(() => transport.persistent.create(range, { signal }))).toMatchObject({
        code: 'ERROR_SHARING_VIOLATION',
      })
      await transport.persistent.delete(range, { signal })
      expect(getEventListeners(signal, 'abort')).toHaveLength(0)
      abort.abort(REASON)
      expect(made()).toEqual({ create: 2, lookup: 1, delete: 1 })
    })
  })
}
