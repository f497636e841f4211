import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import type { RuntimeReservation } from '../src/index.js'
import { failureOf } from './failure-of.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

const host = '127.0.0.1'

/** What programs compare of Node's errors. */
function fieldsOf(error: unknown): unknown {
  const { code, errno, syscall, address, port } = error as Record<string, unknown>
  return { code, errno, syscall, address, port }
}

/** Expects `block.listen` to reject with the fields of the error that a plain server emits, and to emit none itself. */
async function failsAsPlainListen(
  block: RuntimeReservation,
  port: number,
): Promise<Awaited<ReturnType<typeof failureOf>>> {
  const plain = createServer().listen(port, host)
  const [expected] = await once(plain, 'error')
  const server = createServer()
  const failed = vi.fn()
  server.on('error', failed)
  const failure = await failureOf(block.listen(server, { host, port }))
  expect(fieldsOf(failure)).toEqual(fieldsOf(expected))
  expect(failed).not.toHaveBeenCalled()
  return failure
}

describe('the error of an address that cannot be bound', () => {
  const machine = new SimulatedMachine(realPorts)

  it("has the fields of Node's when another server of the block has the port", async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    const { port } = await block.listen(machine.owns(createServer()), { host })
    const failure = await failsAsPlainListen(block, port)
    expect(failure.cause).toMatchObject({ code: 'WSAEADDRINUSE', errno: 10_048, syscall: 'bind' })
  })

  it("has the fields of Node's when another program has the port", async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    const port = block.startPort
    const intruder = machine.owns(createServer().listen(port, host))
    await once(intruder, 'listening')
    await failsAsPlainListen(block, port)
  })

  it("has the fields of Node's for a datagram socket", async () => {
    const block = await machine.manager.acquire({ protocol: 'udp', count: 2 })
    const { port } = await block.bind(machine.owns(createSocket('udp4')), { address: host })
    const plain = machine.owns(createSocket('udp4').bind(port, host))
    const [expected] = await once(plain, 'error')
    const failure = await failureOf(block.bind(machine.owns(createSocket('udp4')), { host, port }))
    expect(fieldsOf(failure)).toEqual(fieldsOf(expected))
  })

  it.each(['WSAEADDRNOTAVAIL'])("has the fields of Node's for an address that the system lacks: %s", async (error) => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    await machine.useBlocks()
    machine.kernel.faults.fail('bind', error)
    const failure = await failureOf(block.listen(createServer(), { host: '192.0.2.1' })) // RFC 5737
    const plain = createServer().listen(0, '192.0.2.1')
    const [expected] = await once(plain, 'error')
    expect(fieldsOf(failure)).toEqual(fieldsOf(expected))
  })
})

describe('the options of Node', () => {
  const machine = new SimulatedMachine(realPorts)

  it.each([null, ''])('mean every address where the host is %o', async (absent) => {
    const tcp = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    const udp = await machine.manager.acquire({ protocol: 'udp', count: 2 })
    const { address } = await tcp.listen(machine.owns(createServer()), { host: absent, port: null, exclusive: false })
    expect(['::', '0.0.0.0']).toContain(address)
    const bound = await udp.bind(machine.owns(createSocket('udp4')), { host: absent, address: absent, port: null })
    expect(bound.address).toBe('0.0.0.0')
  })

  it('name the address of a datagram socket "address"', async () => {
    const udp = await machine.manager.acquire({ protocol: 'udp', count: 2 })
    const { address } = await udp.bind(machine.owns(createSocket('udp4')), { address: host, exclusive: true })
    expect(address).toBe(host)
  })

  it('reserve the whole port with exclusiveAddressUse, for servers and datagram sockets', async () => {
    const tcp = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    const { port } = await tcp.listen(machine.owns(createServer()), { host: '0.0.0.0', exclusiveAddressUse: true })
    expect(await failureOf(tcp.listen(createServer(), { host, port }))).toMatchObject({
      code: 'EADDRINUSE',
      cause: { code: 'WSAEACCES' },
    })
    const udp = await machine.manager.acquire({ protocol: 'udp', count: 2 })
    const socket = machine.owns(createSocket('udp4'))
    const { port: udpPort } = await udp.bind(socket, { exclusiveAddressUse: true })
    const other = machine.owns(createSocket('udp4'))
    expect(await failureOf(udp.bind(other, { host, port: udpPort }))).toMatchObject({ cause: { code: 'WSAEACCES' } })
  })

  it('refuse an exclusiveAddressUse that is not a boolean, or that comes with reuseAddr', async () => {
    const tcp = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    const udp = await machine.manager.acquire({ protocol: 'udp', count: 1 })
    const failure = await failureOf(tcp.listen(createServer(), { exclusiveAddressUse: 1 as never }))
    expect(failure).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
    const socket = machine.owns(createSocket('udp4'))
    const both = { reuseAddr: true, exclusiveAddressUse: true }
    expect(await failureOf(udp.bind(socket, both))).toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
    expect(machine.kernel.inspect().sockets).toHaveLength(2) // the anchors
  })
})
