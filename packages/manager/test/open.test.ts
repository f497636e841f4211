import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { Worker } from 'node:worker_threads'
import type { SocketSpec } from '@winport/transport'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type OpenableBlock, ReservationManager, type RuntimeReservation } from '../src/index.js'
import { failureOf } from './failure-of.js'
import { greeter, readFrom } from './real-request.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

const host = '127.0.0.1'

describe('open', () => {
  const machine = new SimulatedMachine(realPorts)
  /** Another manager of the same process, as a worker thread has one. */
  let other: ReservationManager
  let block: RuntimeReservation
  beforeEach(async () => {
    other = new ReservationManager({ transport: machine.transport })
    block = await machine.manager.acquire({ protocol: 'tcp', count: 3 })
  })

  it.each([
    ['the block', (owned: RuntimeReservation): OpenableBlock => owned],
    ['toJSON', (owned: RuntimeReservation) => owned.toJSON()],
    ['its JSON text', (owned: RuntimeReservation) => JSON.parse(JSON.stringify(owned))],
    ['structuredClone', (owned: RuntimeReservation) => structuredClone(owned)],
  ])('gives a block that serves, from %s', async (_name, pass) => {
    const opened = await other.open(pass(block))
    const { protocol, startPort, endPort, count, token, tokenScope } = block
    expect(opened).toMatchObject({ protocol, startPort, endPort, count, token, tokenScope, released: false })
    const { port } = await opened.listen(machine.owns(greeter('opened')), { host })
    expect(block.contains(port)).toBe(true)
    expect(await readFrom(port)).toBe('opened')
    const attached = machine.owns(opened.attach(greeter('attached')))
    attached.listen(0)
    await once(attached, 'listening')
    const client = machine.owns(await opened.connect({ host, port }))
    expect(block.contains(Number(client.localPort))).toBe(true)
    client.resume()
    expect(machine.manager.held).toEqual([block])
    expect(other.held).toEqual([])
  })

  it('opens UDP blocks, and each half of a matched reservation', async () => {
    const matched = await machine.manager.acquireMatched({ count: 2 })
    const { udp } = structuredClone(matched) as unknown as { udp: OpenableBlock }
    const opened = await other.open(udp)
    const { port } = await opened.bind(machine.owns(createSocket('udp4')))
    expect(matched.contains(port)).toBe(true)
  })

  it('takes nothing from the owner: release only forgets the block', async () => {
    const opened = await other.open(block)
    await opened.release()
    await opened.release()
    expect(opened.released).toBe(true)
    expect(await failureOf(opened.listen(createServer()))).toMatchObject({ code: 'ERR_RESERVATION_RELEASED' })
    expect(block.released).toBe(false)
    await block.listen(machine.owns(createServer()), { host })
  })

  it('ends a call under way when the block is forgotten', async () => {
    const opened = await other.open(block)
    const held = machine.kernel.faults.hold('SIO_ASSOCIATE_PORT_RESERVATION')
    const listening = opened.listen(createServer(), { host })
    await held.pending
    await opened.release()
    expect(await failureOf(listening)).toMatchObject({ code: 'ERR_RESERVATION_RELEASED' })
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
  })

  it("ends with the owner's release: calls reject with ERR_RESERVATION_NOT_FOUND, servers stay", async () => {
    const opened = await other.open(block)
    const { port } = await opened.listen(machine.owns(greeter('still here')), { host })
    await block.release()
    const gone = { code: 'ERR_RESERVATION_NOT_FOUND' }
    expect(await failureOf(opened.listen(createServer()))).toMatchObject(gone)
    expect(await failureOf(other.open(block))).toMatchObject(gone)
    const attached = opened.attach(createServer())
    attached.listen(0)
    expect((await once(attached, 'error'))[0]).toMatchObject(gone)
    expect(await readFrom(port)).toBe('still here')
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the server
  })

  it('says that the reservation is gone if it ends between ASSOCIATE and bind', async () => {
    const opened = await other.open(block)
    await opened.listen(machine.owns(createServer()), { host }) // the policy knows that the block is served
    const openSocket = machine.transport.openSocket.bind(machine.transport)
    vi.spyOn(machine.transport, 'openSocket').mockImplementationOnce((spec: SocketSpec) => {
      const socket = openSocket(spec)
      const bind = socket.bind.bind(socket)
      socket.bind = (address, options) => {
        void block.release()
        bind(address, options)
      }
      return socket
    })
    const failure = await failureOf(opened.listen(createServer(), { host }))
    expect(failure).toMatchObject({ code: 'ERR_RESERVATION_NOT_FOUND' })
  })

  it('refuses a port that the system binds outside the range, such as that of an edited copy', async () => {
    const edited = await other.open({ ...block.toJSON(), startPort: block.endPort, count: 1 })
    const server = createServer()
    const failure = await failureOf(edited.listen(server, { host }))
    expect(failure).toMatchObject({ code: 'ERR_RESERVATION_UNSUPPORTED' })
    expect(failure.message).toContain('not in the block')
    expect(server.listening).toBe(false)
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
  })

  it('refuses the block of another process', async () => {
    const stranger = machine.openManager()
    const failure = await failureOf(stranger.open(block))
    expect(failure.code).toBe('ERR_RESERVATION_UNSUPPORTED')
    expect(failure.message).toContain(`by ${block.tokenScope}, and this is process `)
  })

  it('refuses the block of a simulated machine of another thread', async () => {
    const [{ pid } = { pid: 0 }] = machine.kernel.inspect().processes
    const worker = new Worker(new URL('open-in-thread.js', import.meta.url), { workerData: { block, pid } })
    const [answer] = await once(worker, 'message')
    await once(worker, 'exit')
    expect(answer).toMatchObject({
      code: 'ERR_RESERVATION_UNSUPPORTED',
      message: expect.stringContaining('the simulated machine'),
    })
  })

  it('rejects on a manager that is closed, and with a signal that is aborted', async () => {
    const aborted = other.open(block, { signal: AbortSignal.abort('no') })
    expect(await failureOf(aborted)).toMatchObject({ code: 'ABORT_ERR', cause: 'no' })
    const held = machine.kernel.faults.hold('SIO_ASSOCIATE_PORT_RESERVATION')
    const abort = new AbortController()
    const opening = other.open(block, { signal: abort.signal })
    await held.pending
    abort.abort()
    expect(await failureOf(opening)).toMatchObject({ code: 'ABORT_ERR' })
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
    const closing = machine.openManager()
    await closing.close()
    expect(await failureOf(closing.open(block))).toMatchObject({ code: 'ERR_RESERVATION_RELEASED' })
  })

  it.each([
    [null, 'ERR_INVALID_ARG_TYPE'],
    [{ token: 1 }, 'ERR_INVALID_ARG_TYPE'],
    [{ token: 'abc' }, 'ERR_INVALID_ARG_TYPE'],
    [{ token: -1n }, 'ERR_INVALID_ARG_TYPE'],
    [{ token: 2n ** 64n }, 'ERR_INVALID_ARG_TYPE'],
    [{ tokenScope: undefined }, 'ERR_INVALID_ARG_TYPE'],
    [{ startPort: 0 }, 'ERR_OUT_OF_RANGE'],
    [{ protocol: 'icmp' }, 'ERR_OUT_OF_RANGE'],
  ])('refuses %o before any system call', async (change, code) => {
    const before = machine.calls.length
    const asked = change === null ? null : { ...structuredClone(block), ...change }
    expect((await failureOf(other.open(asked as never))).code).toBe(code)
    expect(machine.calls).toHaveLength(before)
  })

  it.each(['WSAEAFNOSUPPORT', 'WSAEMFILE'])(
    'opens on a machine without IPv6, and explains other errors: %s',
    async (error) => {
      machine.kernel.faults.fail('WSASocketW', error)
      const opening = other.open(block)
      if (error === 'WSAEMFILE') expect((await failureOf(opening)).code).toBe('EMFILE')
      else expect((await opening).count).toBe(3)
    },
  )
})

describe('an opened block on a machine whose tokens serve only the family of the anchor', () => {
  const machine = new SimulatedMachine({ ...realPorts, world: { tokenServes: 'anchor-family' } })

  it('serves IPv4 addresses through IPv6 sockets', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    const opened = await new ReservationManager({ transport: machine.transport }).open(block)
    const { port } = await opened.listen(machine.owns(greeter('mapped')), { host })
    expect(await readFrom(port)).toBe('mapped')
  })
})

describe('an opened block on a machine whose anchors must be bound', () => {
  const machine = new SimulatedMachine({ ...realPorts, world: { blockServed: 'anchor-bound' } })

  it('serves once a socket of the owner has used the block', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 3 })
    const opened = await new ReservationManager({ transport: machine.transport }).open(block)
    expect(await failureOf(opened.listen(createServer(), { host }))).toMatchObject({
      code: 'ERR_RESERVATION_EXHAUSTED',
    })
    await block.listen(machine.owns(createServer()), { host })
    expect(block.contains((await opened.listen(machine.owns(createServer()), { host })).port)).toBe(true)
  })
})
