import { describe, expect, it } from 'vitest'
import { failureOf } from './failure-of.js'
import { SimulatedMachine } from './simulated-machine.js'

describe('on Windows XP, which has no port reservations', () => {
  const machine = new SimulatedMachine({ windowsBuild: 2600, elevated: true })
  const range = { protocol: 'tcp', startPort: 5000, count: 20 } as const

  it.each<[string, () => Promise<unknown>]>([
    ['acquire', () => machine.manager.acquire({ protocol: 'udp', count: 1 })],
    ['acquire of a range', () => machine.manager.acquire(range)],
    ['persistent.create', () => machine.manager.persistent.create(range)],
    ['persistent.lookup', () => machine.manager.persistent.lookup(range)],
    ['persistent.delete', () => machine.manager.persistent.delete(range)],
  ])('%s says that port reservations are not available, and why', async (_name, call) => {
    const failure = await failureOf(call())
    expect(failure.code).toBe('ERR_RESERVATION_UNSUPPORTED')
    expect(failure.message).toMatch(
      /^This system does not offer port reservations \(.+: .+\)\. They need Windows Vista or later; Wine has none\.$/,
    )
    expect(failure.message).toContain(`${failure.syscall}: `)
    machine.kernel.assertNothingHeld()
  })

  it('the manager can be closed', async () => {
    await failureOf(machine.manager.acquire(range))
    await machine.manager.close()
    expect(machine.kernel.inspect().processes).toEqual([])
  })
})
