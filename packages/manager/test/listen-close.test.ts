import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { failureOf } from './failure-of.js'
import { greeter, readFrom } from './real-request.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

const host = '127.0.0.1'

describe('a server that is closed while listen is under way', () => {
  const machine = new SimulatedMachine(realPorts)
  const acquire = () => machine.manager.acquire({ protocol: 'tcp', count: 2 })

  // As in Node's test-net-listen-close-server.js.
  it('never listens: the call rejects and nothing is open', async () => {
    const block = await acquire()
    const server = createServer()
    const events: string[] = []
    for (const event of ['listening', 'error', 'close']) server.on(event, () => events.push(event))
    const closed = once(server, 'close')
    const listening = block.listen(server)
    server.close()
    expect(await failureOf(listening)).toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' })
    await closed
    expect(server.listening).toBe(false)
    expect(events).toEqual(['close'])
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
  })

  it.each(['SIO_ASSOCIATE_PORT_RESERVATION', 'listen'] as const)('ends a call that waits for %s', async (call) => {
    const block = await acquire()
    const held = machine.kernel.faults.hold(call)
    const server = createServer()
    const listening = block.listen(server, { host })
    await held.pending
    server.close()
    expect(await failureOf(listening)).toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' })
    expect(server.listening).toBe(false)
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
    expect(server.listenerCount('close')).toBe(0)
  })

  it('gives its port back if it is closed when it has one', async () => {
    const block = await acquire()
    const server = createServer()
    const close = () => void server.close()
    subscribe('winport:bind', close)
    try {
      expect(await failureOf(block.listen(server, { host }))).toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' })
    } finally {
      unsubscribe('winport:bind', close)
    }
    expect(server.listening).toBe(false)
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
  })

  it('ends a call that looks its host up', async () => {
    const block = await acquire()
    const server = createServer()
    const listening = block.listen(server, { host: 'localhost' })
    server.close()
    expect(await failureOf(listening)).toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' })
    expect(server.listening).toBe(false)
  })

  it('is not one whose close came before the call', async () => {
    const block = await acquire()
    const server = machine.owns(greeter('moved'))
    await block.listen(server, { host })
    const closed = once(server, 'close')
    server.close()
    const held = machine.kernel.faults.hold('SIO_ASSOCIATE_PORT_RESERVATION')
    const listening = block.listen(server, { host })
    await held.pending
    await closed
    held.complete()
    expect(await readFrom((await listening).port)).toBe('moved')
    expect(server.listenerCount('close')).toBe(0)
  })

  it('listens by a later call', async () => {
    const block = await acquire()
    const server = machine.owns(greeter('second'))
    const first = block.listen(server, { host })
    server.close()
    const second = block.listen(server, { host, port: block.endPort })
    expect(await failureOf(first)).toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' })
    expect(await second).toMatchObject({ port: block.endPort })
    expect(await readFrom(block.endPort)).toBe('second')
    expect(machine.kernel.inspect().sockets).toHaveLength(2) // the anchor and the server
  })
})

describe('a server that listens again in its own close event', () => {
  const machine = new SimulatedMachine(realPorts)

  it('gets a port again', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    const server = machine.owns(greeter('again'))
    server.once('listening', () => server.close())
    const again = once(server, 'close').then(() => 'closed')
    const second = new Promise<number>((resolve, reject) => {
      server.once('close', () => block.listen(server, { host }).then(({ port }) => resolve(port), reject))
    })
    await block.listen(server, { host })
    expect(await again).toBe('closed')
    expect(await readFrom(await second)).toBe('again')
  })
})
