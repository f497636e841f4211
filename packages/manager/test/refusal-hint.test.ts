import { createSocket } from 'node:dgram'
import type { PortRange } from '@winport/transport'
import { MockKernel } from '@winport/transport-mock'
import { leasePorts } from '@winport/windows'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ReservationManager } from '../src/index.js'
import { failureOf } from './failure-of.js'
import { SimulatedMachine } from './simulated-machine.js'

/** Sockets are really bound there. */
const ports = await leasePorts(10)
const HINT = / Ask the port doctor\.$/

describe('the hint of a manager', () => {
  let kernel: MockKernel
  let manager: ReservationManager
  let refused: PortRange[]

  beforeEach(async () => {
    kernel = new MockKernel({ avoidHostPorts: true, dynamicRange: ports })
    refused = []
    const hint = (range: PortRange) => {
      refused.push(range)
      return 'Ask the port doctor.'
    }
    manager = new ReservationManager({ transport: kernel.openTransport({ elevated: true }), hint })
  })

  afterEach(async () => {
    await manager.close()
    kernel.assertNothingHeld()
  })

  it('ends the message about a range that was asked for', async () => {
    await manager.acquire({ protocol: 'tcp', startPort: 5005, count: 10 })
    const failure = await failureOf(manager.acquire({ protocol: 'tcp', startPort: 5000, count: 20 }))
    expect(failure).toMatchObject({ code: 'ERR_PORT_RANGE_IN_USE', message: expect.stringMatching(HINT) })
    expect(failure.message).not.toContain('netsh')
    expect(refused).toEqual([{ protocol: 'tcp', startPort: 5000, count: 20 }])
  })

  it('ends the message about a search once, with the range or the first start port that was asked for', async () => {
    await manager.acquire({ protocol: 'udp', startPort: 5000, count: 100 })
    const within = await failureOf(manager.acquire({ protocol: 'udp', count: 5, within: [5000, 5019] }))
    expect(within.message).toMatch(HINT)
    const places = await failureOf(manager.acquire({ protocol: 'udp', count: 5, startPort: [5010, 5020] }))
    expect(places.message).toMatch(HINT)
    expect(refused).toEqual([
      { protocol: 'udp', startPort: 5000, count: 20 },
      { protocol: 'udp', startPort: 5010, count: 5 },
    ])
  })

  it('ends the message about the same range for both protocols', async () => {
    await manager.acquire({ protocol: 'udp', startPort: 5000, count: 3 })
    const failure = await failureOf(manager.acquireMatched({ startPort: 5000, count: 3 }))
    expect(failure.message).toMatch(HINT)
    expect(refused).toEqual([{ protocol: 'udp', startPort: 5000, count: 3 }])
  })

  it('ends the message about a persistent reservation', async () => {
    await manager.persistent.create({ protocol: 'tcp', startPort: 7000, count: 2 })
    const failure = await failureOf(manager.persistent.create({ protocol: 'tcp', startPort: 7001, count: 2 }))
    expect(failure).toMatchObject({ code: 'ERR_PORT_RANGE_IN_USE', message: expect.stringMatching(HINT) })
    expect(refused).toEqual([{ protocol: 'tcp', startPort: 7001, count: 2 }])
    await manager.persistent.delete({ protocol: 'tcp', startPort: 7000, count: 2 })
  })

  it('ends the message about a port of a block', async () => {
    const block = await manager.acquire({ protocol: 'udp', count: 3 })
    const sockets = [createSocket('udp4'), createSocket('udp4')] as const
    const at = { port: block.startPort, address: '127.0.0.1' }
    await block.bind(sockets[0], at)
    const failure = await failureOf(block.bind(sockets[1], at))
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(resolve))))
    expect(failure).toMatchObject({ code: 'EADDRINUSE', message: expect.stringMatching(HINT) })
    expect(refused).toEqual([{ protocol: 'udp', startPort: block.startPort, count: 1 }])
  })

  it('is not asked where the kernel chooses, nor about other failures', async () => {
    const full = await failureOf(manager.acquire({ protocol: 'tcp', count: 11 }))
    expect(full.code).toBe('ERR_PORT_RANGE_IN_USE')
    kernel.faults.fail('SIO_ACQUIRE_PORT_RESERVATION', 'WSAENETDOWN')
    await failureOf(manager.acquire({ protocol: 'tcp', startPort: 5000, count: 1 }))
    expect(refused).toEqual([])
  })

  it('is refused if it is no function', () => {
    const options = { transport: kernel.openTransport(), hint: 'Ask.' as never }
    expect(() => new ReservationManager(options)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  })
})

describe('a manager without a hint', () => {
  const machine = new SimulatedMachine()

  it('names no command of this project', async () => {
    await machine.manager.acquire({ protocol: 'tcp', startPort: 5000, count: 1 })
    const failure = await failureOf(machine.manager.acquire({ protocol: 'tcp', startPort: 5000, count: 1 }))
    expect(failure.message).not.toMatch(/winport|explainPort/)
  })
})
