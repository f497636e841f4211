import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { failureOf } from './failure-of.js'
import { itWithIPv6 } from './it-with-ipv6.js'
import { greeter } from './real-request.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

vi.mock('node:dns/promises', () => ({ lookup: vi.fn() }))

const six = { address: '::1', family: 6 }
const four = { address: '127.0.0.1', family: 4 }

describe('the resolver', () => {
  const machine = new SimulatedMachine(realPorts)
  beforeEach(() => {
    const resolve = async (_name: string, options: { family: number }) =>
      [six, four].filter(({ family }) => options.family === 0 || options.family === family)
    vi.mocked(lookup)
      .mockReset()
      .mockImplementation(resolve as never)
  })

  it('is not asked for an IP address', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    await block.listen(machine.owns(greeter()), { host: '127.0.0.1' })
    expect(lookup).not.toHaveBeenCalled()
  })

  itWithIPv6('chooses the address of a server: its first answer, of either family', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    const { address } = await block.listen(machine.owns(greeter()), { host: 'both.example' })
    expect(address).toBe('::1')
  })

  it('is asked for addresses of the family of a udp4 socket', async () => {
    const block = await machine.manager.acquire({ protocol: 'udp', count: 2 })
    const { address } = await block.bind(machine.owns(createSocket('udp4')), { host: 'both.example' })
    expect(address).toBe('127.0.0.1')
  })

  itWithIPv6('is asked for addresses of the family of a udp6 socket', async () => {
    const block = await machine.manager.acquire({ protocol: 'udp', count: 2 })
    const { address } = await block.bind(machine.owns(createSocket('udp6')), { host: 'both.example' })
    expect(address).toBe('::1')
  })

  it('makes the call reject with its error, before any system call', async () => {
    const notFound = Object.assign(new Error('getaddrinfo ENOTFOUND gone.example'), { code: 'ENOTFOUND' })
    const [tcp, udp] = [
      await machine.manager.acquire({ protocol: 'tcp', count: 2 }),
      await machine.manager.acquire({ protocol: 'udp', count: 2 }),
    ]
    const before = machine.calls.length
    vi.mocked(lookup).mockRejectedValue(notFound)
    expect(await failureOf(tcp.listen(greeter(), { host: 'gone.example' }))).toBe(notFound)
    expect(await failureOf(tcp.connect({ host: 'gone.example', port: 80 }))).toBe(notFound)
    const socket = machine.owns(createSocket('udp4'))
    expect(await failureOf(udp.bind(socket, { host: 'gone.example' }))).toBe(notFound)
    expect(machine.calls).toHaveLength(before)
  })
})
