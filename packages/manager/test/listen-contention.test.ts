import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { failureOf } from './failure-of.js'
import { greeter, readFrom } from './real-request.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

const host = '127.0.0.1'

describe('concurrent listens', () => {
  const machine = new SimulatedMachine(realPorts)

  it('never get one port twice, and reject with ERR_RESERVATION_EXHAUSTED if there is none', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 20 })
    const servers = Array.from({ length: 50 }, () => machine.owns(greeter()))
    const outcomes = await Promise.allSettled(servers.map((server) => block.listen(server, { host })))
    const ports = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.port] : []))
    expect(ports.toSorted((a, b) => a - b)).toEqual([...block])
    const codes = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []))
    expect(codes).toEqual(Array.from({ length: 30 }, () => 'ERR_RESERVATION_EXHAUSTED'))
    expect(servers.filter(({ listening }) => listening)).toHaveLength(20)
    expect(machine.kernel.inspect().sockets).toHaveLength(21) // and the anchor
  })

  it('on one given port succeed once, and reject with EADDRINUSE for the rest', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 3 })
    const port = block.startPort + 1
    const listens = Array.from({ length: 5 }, () => block.listen(machine.owns(greeter()), { host, port }))
    const outcomes = await Promise.allSettled(listens)
    const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'listening'))
    expect(codes.toSorted()).toEqual(['EADDRINUSE', 'EADDRINUSE', 'EADDRINUSE', 'EADDRINUSE', 'listening'])
  })

  it('find the ports that others have returned', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    const first = machine.owns(greeter('first'))
    const taken = await block.listen(first, { host })
    const left = await block.listen(machine.owns(greeter('second')), { host })
    expect([taken.port, left.port].toSorted((a, b) => a - b)).toEqual([...block])
    expect((await failureOf(block.listen(greeter(), { host }))).code).toBe('ERR_RESERVATION_EXHAUSTED')
    await new Promise((resolve) => first.close(resolve))
    const again = await block.listen(first, { host }) // a closed server may listen again
    expect(again.port).toBe(taken.port)
    expect(await readFrom(again.port)).toBe('first')
  })
})

describe('a server that has a port already', () => {
  const machine = new SimulatedMachine(realPorts)

  it('is refused, and keeps serving', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 3 })
    const server = machine.owns(greeter('still here'))
    const { port } = await block.listen(server, { host })
    const failure = await failureOf(block.listen(server, { host }))
    expect(failure.code).toBe('ERR_SERVER_ALREADY_LISTEN')
    expect(failure.message).toBe('The server listens already: close it first.')
    expect(machine.kernel.inspect().sockets).toHaveLength(2) // the anchor and the first
    expect(await readFrom(port)).toBe('still here')
  })

  it('is refused before it listens, on every block', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 3 })
    const other = await machine.manager.acquire({ protocol: 'tcp', count: 3 })
    const server = machine.owns(greeter())
    const [first, second, third] = await Promise.allSettled([
      block.listen(server, { host }),
      block.listen(server, { host }),
      other.listen(server, { host }),
    ])
    expect(first.status).toBe('fulfilled')
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'ERR_SERVER_ALREADY_LISTEN' } })
    expect(third).toMatchObject({ status: 'rejected', reason: { code: 'ERR_SERVER_ALREADY_LISTEN' } })
    expect(machine.kernel.inspect().sockets.filter(({ state }) => state === 'adopted')).toHaveLength(1)
  })

  it("is refused if it listens by Node's own listen", async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 3 })
    const server = machine.owns(greeter())
    server.listen(0, host)
    await once(server, 'listening')
    expect((await failureOf(block.listen(server, { host }))).code).toBe('ERR_SERVER_ALREADY_LISTEN')
    expect(machine.kernel.inspect().sockets).toHaveLength(1) // the anchor
  })

  it('may try again after a failure', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 3 })
    const server = machine.owns(greeter('at last'))
    machine.kernel.faults.fail('listen', 'WSAENOBUFS')
    expect((await failureOf(block.listen(server, { host }))).code).toBe('ENOBUFS')
    const { port } = await block.listen(server, { host })
    expect(await readFrom(port)).toBe('at last')
  })
})
