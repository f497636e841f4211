import { lookup } from 'node:dns/promises'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { failureOf } from './failure-of.js'
import { itWithIPv6 } from './it-with-ipv6.js'
import { greeter, read } from './real-request.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

vi.mock('node:dns/promises', () => ({ lookup: vi.fn() }))

describe('connect to a name with several addresses', () => {
  const machine = new SimulatedMachine(realPorts)
  const [six, four] = [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ]
  let port: number
  beforeEach(async () => {
    const home = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    const address = await home.listen(machine.owns(greeter('found')), { host: '127.0.0.1' })
    port = address.port
  })

  function resolveTo(...addresses: { address: string; family: number }[]): void {
    vi.mocked(lookup).mockResolvedValue(addresses as never)
  }

  it('tries the next address after a refusal, from the same block of one port', async () => {
    resolveTo(six, four)
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    const socket = machine.owns(await block.connect({ host: 'localhost', port }))
    expect(socket.remoteAddress).toBe('127.0.0.1')
    expect(socket.localPort).toBe(block.startPort)
    expect(await read(socket)).toBe('found')
  })

  it('tries the next address from the same given source port', async () => {
    resolveTo(six, four)
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 3 })
    const socket = machine.owns(await block.connect({ host: 'localhost', port, localPort: block.endPort }))
    expect(socket.localPort).toBe(block.endPort)
    expect(await read(socket)).toBe('found')
  })

  it.each(['WSASocketW', 'bind'] as const)('tries the next address if %s says that there is no IPv6', async (call) => {
    resolveTo(six, four)
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    machine.kernel.faults.fail(call, 'WSAEAFNOSUPPORT')
    const socket = machine.owns(await block.connect({ host: 'localhost', port }))
    expect(await read(socket)).toBe('found')
  })

  it('does not try the next address if the block is exhausted', async () => {
    resolveTo({ address: '127.0.0.2', family: 4 }, four)
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    machine.owns(await block.connect({ host: '127.0.0.1', port }))
    const before = machine.calls.length
    const failure = await failureOf(block.connect({ host: 'localhost', port }))
    expect(failure.code).toBe('ERR_RESERVATION_EXHAUSTED')
    expect(machine.calls).toHaveLength(before + 1)
  })

  it('rejects with the failure of each address, and the code of the last', async () => {
    resolveTo({ address: '127.0.0.2', family: 4 }, four)
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    machine.kernel.faults.fail('connect', 'WSAENETUNREACH')
    machine.kernel.faults.fail('connect', 'WSAECONNREFUSED')
    const failure = await failureOf(block.connect({ host: 'localhost', port }))
    expect(failure).toBeInstanceOf(AggregateError)
    expect(failure).toMatchObject({
      code: 'ECONNREFUSED',
      errors: [{ code: 'ENETUNREACH' }, { code: 'ECONNREFUSED' }],
    })
    expect(failure.message).toBe(`Could not connect to localhost:${port} (ECONNREFUSED)`)
    expect(machine.kernel.inspect().sockets).toHaveLength(3) // two anchors, one server
  })

  it('rejects with the failure itself if the name has one address', async () => {
    resolveTo(four)
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    machine.kernel.faults.fail('connect', 'WSAECONNREFUSED')
    const failure = await failureOf(block.connect({ host: 'localhost', port }))
    expect(failure).not.toBeInstanceOf(AggregateError)
    expect(failure).toMatchObject({ code: 'ECONNREFUSED', errno: 10061, syscall: 'connect' })
  })

  it('rejects with an AbortError if it is aborted at the last address', async () => {
    resolveTo(four, four)
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    machine.kernel.faults.fail('connect', 'WSAECONNREFUSED')
    const held = machine.kernel.faults.hold('connect')
    const controller = new AbortController()
    const connecting = block.connect({ host: 'localhost', port, signal: controller.signal })
    await held.pending
    controller.abort('enough')
    expect(await failureOf(connecting)).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: 'enough' })
  })

  it('tries no further address after an abort', async () => {
    resolveTo(four, four)
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    const held = machine.kernel.faults.hold('connect')
    const controller = new AbortController()
    const connecting = block.connect({ host: 'localhost', port, signal: controller.signal })
    await held.pending
    const before = machine.calls.length
    controller.abort()
    expect((await failureOf(connecting)).code).toBe('ABORT_ERR')
    expect(machine.calls).toHaveLength(before)
  })

  it('tries no further address after a release of the block', async () => {
    resolveTo(four, four)
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    const held = machine.kernel.faults.hold('connect')
    const connecting = block.connect({ host: 'localhost', port })
    await held.pending
    await block.release()
    held.fail('WSAECONNREFUSED')
    expect((await failureOf(connecting)).code).toBe('ERR_RESERVATION_RELEASED')
  })

  itWithIPv6('uses the first address that answers', async () => {
    resolveTo(six, four)
    const home = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    const { port: port6 } = await home.listen(machine.owns(greeter('six')), { host: '::1' })
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    const socket = machine.owns(await block.connect({ host: 'localhost', port: port6 }))
    expect(await read(socket)).toBe('six')
  })
})
