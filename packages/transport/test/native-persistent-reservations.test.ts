import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { NativePersistentReservations } from '../src/native/native-persistent-reservations.js'
import { OutstandingCalls } from '../src/native/outstanding-calls.js'

const range = { protocol: 'tcp', startPort: 5000, count: 2 } as const

/** A simulated IP Helper. It records its calls; each waits until `goOn` is called. */
class SlowIpHelper {
  readonly calls: string[] = []
  readonly reservations = new Set<number>()
  readonly outstanding = new OutstandingCalls()
  closed = false
  #lastTurn: Promise<unknown> = Promise.resolve()
  #goOn: () => void = () => {}
  errnoOfDelete = 0
  readonly ipHelper = {
    callPersistent: async (verb: string, _protocol: string, startPort: number): Promise<number> => {
      this.calls.push(verb)
      if (verb !== 'Delete') await new Promise<void>((resolve) => (this.#goOn = resolve))
      if (verb === 'Create') this.reservations.add(startPort)
      else if (verb === 'Delete' && this.errnoOfDelete === 0) this.reservations.delete(startPort)
      return verb === 'Delete' ? this.errnoOfDelete : 0
    },
  }
  readonly persistent = new NativePersistentReservations(this)

  async inTurn<Result>(call: () => Promise<Result>): Promise<Result> {
    const turn = this.#lastTurn.then(call)
    this.#lastTurn = turn.catch(() => {})
    return await turn
  }

  /** Completes the call that waits. */
  goOn(): void {
    this.#goOn()
  }
}

describe('a persistent call that is aborted', () => {
  it('leaves the reservation to the caller or deletes it, whenever the abort comes', async () => {
    const seen = new Set<string>()
    for (let moment = 0; moment < 24; moment++) {
      const machine = new SlowIpHelper()
      const controller = new AbortController()
      const creating = machine.persistent.create(range, { signal: controller.signal })
      await new Promise(setImmediate)
      machine.goOn()
      for (let i = 0; i < moment; i++) await null
      controller.abort('enough')
      const [outcome] = await Promise.allSettled([creating])
      await machine.outstanding.settled()
      expect(machine.reservations.size, `after ${moment} turns`).toBe(outcome.status === 'fulfilled' ? 1 : 0)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'ABORT_ERR', cause: 'enough' })
      seen.add(outcome.status)
      expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    }
    expect(seen).toEqual(new Set(['rejected', 'fulfilled']))
  })

  it('rejects at once, and deletes what it creates before any other call', async () => {
    const machine = new SlowIpHelper()
    const controller = new AbortController()
    const creating = machine.persistent.create(range, { signal: controller.signal })
    const lookingUp = machine.persistent.lookup(range)
    await new Promise(setImmediate)
    controller.abort()
    await expect(creating).rejects.toMatchObject({ code: 'ABORT_ERR' })
    machine.goOn()
    await new Promise(setImmediate)
    machine.goOn()
    await lookingUp
    expect(machine.calls).toEqual(['Create', 'Delete', 'Lookup'])
  })

  it('rejects with an AbortError even if the deletion is refused', async () => {
    const machine = new SlowIpHelper()
    machine.errnoOfDelete = 5
    const controller = new AbortController()
    const creating = machine.persistent.create(range, { signal: controller.signal })
    await new Promise(setImmediate)
    controller.abort()
    await expect(creating).rejects.toMatchObject({ code: 'ABORT_ERR' })
    machine.goOn()
    await machine.outstanding.settled()
    expect(machine.calls).toEqual(['Create', 'Delete'])
    expect(machine.reservations.size).toBe(1)
  })

  it('is never made if it has not started', async () => {
    const machine = new SlowIpHelper()
    const first = machine.persistent.lookup(range)
    const controller = new AbortController()
    const second = machine.persistent.delete(range, { signal: controller.signal })
    await new Promise(setImmediate)
    controller.abort()
    await expect(second).rejects.toMatchObject({ code: 'ABORT_ERR' })
    machine.goOn()
    await first
    await machine.outstanding.settled()
    expect(machine.calls).toEqual(['Lookup'])
  })
})
