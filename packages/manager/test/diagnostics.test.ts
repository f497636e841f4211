import { createSocket } from 'node:dgram'
import diagnostics from 'node:diagnostics_channel'
import type { MockCall } from '@winport/transport-mock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { failureOf } from './failure-of.js'
import { greeter } from './real-request.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

const names = ['acquire', 'associate', 'bind', 'release', 'failure'].map((name) => `winport:${name}`)
const host = '127.0.0.1'

describe('the diagnostics channels', () => {
  const machine = new SimulatedMachine({ ...realPorts, elevated: true })
  let messages: [name: string, message: object][] = []
  const listener = (message: unknown, name: string | symbol) => messages.push([String(name), Object(message)])
  beforeEach(() => {
    messages = []
    for (const name of names) diagnostics.subscribe(name, listener)
  })
  afterEach(() => {
    for (const name of names) diagnostics.unsubscribe(name, listener)
  })

  it('report the acquire, associate, bind and release of a block', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    const address = await block.listen(machine.owns(greeter()), { host })
    await block.release()
    const { protocol, startPort, count, token } = block
    const common = { transport: 'recording', range: { protocol, startPort, count } }
    expect(messages).toEqual([
      ['winport:acquire', { ...common, token }],
      ['winport:associate', { ...common, token }],
      ['winport:bind', { ...common, address }],
      ['winport:release', { ...common, token }],
    ])
  })

  it('report a release when it has ended: the range can be acquired again, and a second release succeeds', async () => {
    const block = await machine.manager.acquire({ protocol: 'udp', count: 2 })
    const again: Promise<unknown>[] = []
    const released = () => {
      if (again.length > 0) return
      const { protocol, startPort, count } = block
      again.push(block.release(), machine.manager.acquire({ protocol, startPort, count }))
    }
    diagnostics.subscribe('winport:release', released)
    await block.release()
    diagnostics.unsubscribe('winport:release', released)
    const [, anew] = await Promise.all(again)
    expect(anew).toMatchObject({ startPort: block.startPort, count: 2 })
  })

  it('report an acquire when the block is held: a subscriber that closes the manager releases it', async () => {
    const closed: Promise<void>[] = []
    const close = () => {
      closed.push(machine.manager.close())
    }
    diagnostics.subscribe('winport:acquire', close)
    const block = await machine.manager.acquire({ protocol: 'udp', count: 2 })
    diagnostics.unsubscribe('winport:acquire', close)
    await Promise.all(closed)
    expect(block.released).toBe(true)
    machine.kernel.assertNothingHeld()
  })

  it('report a release once, also if the manager is closed', async () => {
    const block = await machine.manager.acquire({ protocol: 'udp', count: 2 })
    await block.release()
    await block.release()
    await machine.manager.acquire({ protocol: 'udp', count: 2 })
    await machine.manager.close()
    expect(messages.map(([name]) => name)).toEqual([
      'winport:acquire',
      'winport:release',
      'winport:acquire',
      'winport:release',
    ])
  })

  it.each<[MockCall, string, number?]>([
    ['SIO_ACQUIRE_PORT_RESERVATION', 'acquire'],
    ['SIO_ASSOCIATE_PORT_RESERVATION', 'associate'],
    ['WSASocketW', 'associate', 2],
    ['bind', 'bind'],
    ['getsockname', 'bind'],
    ['adopt', 'adopt'],
    ['closesocket', 'release'],
  ])('report a failure of %s', async (call, operation, nth = 1) => {
    await machine.useBlocks()
    messages = []
    machine.kernel.faults.fail(call, 'WSAENOBUFS', { nth })
    const failure = await failureOf(
      (async () => {
        const block = await machine.manager.acquire({ protocol: 'udp', count: 2 })
        await block.bind(machine.owns(createSocket('udp4')), { host })
        await block.release()
      })(),
    )
    const told = messages.filter(([name]) => name === 'winport:failure')
    expect(told).toMatchObject([['winport:failure', { operation, range: { protocol: 'udp', count: 2 } }]])
    expect(Reflect.get(told[0]?.[1] ?? {}, 'error')).toBe(failure)
  })

  it('report a failed call for a persistent reservation', async () => {
    const range = { protocol: 'tcp', startPort: 5000, count: 1 } as const
    const error = await failureOf(machine.manager.persistent.lookup(range))
    expect(messages).toEqual([['winport:failure', { transport: 'recording', range, operation: 'persistent', error }]])
  })

  it('report no failure if ensure creates what it did not find', async () => {
    await machine.manager.persistent.ensure({ protocol: 'tcp', startPort: 5000, count: 1 })
    expect(messages).toEqual([])
  })

  it('report each refusal of a search that succeeds', async () => {
    const taken = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    await machine.manager.acquire({ protocol: 'tcp', count: 1, startPort: [taken.startPort, 0] })
    expect(messages.map(([name]) => name)).toEqual(['winport:acquire', 'winport:failure', 'winport:acquire'])
  })

  it('report an abort', async () => {
    const hold = machine.kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
    const controller = new AbortController()
    const acquiring = failureOf(machine.manager.acquire({ protocol: 'tcp', count: 1, signal: controller.signal }))
    await hold.pending
    controller.abort()
    const error = await acquiring
    expect(messages).toMatchObject([['winport:failure', { operation: 'acquire', error }]])
  })
})
