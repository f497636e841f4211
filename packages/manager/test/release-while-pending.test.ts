import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import type { Protocol } from '@winport/transport'
import { describe, expect, it, vi } from 'vitest'
import type { PortBlock, RuntimeReservation } from '../src/index.js'
import { codeOf, failureOf } from './failure-of.js'
import { greeter, readFrom } from './real-request.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

vi.mock('node:dns/promises', () => ({ lookup: vi.fn() }))

const host = '127.0.0.1'

/** A resolver whose answer the test gives. */
function holdLookup(): { readonly answer: () => void } {
  let answer = () => {}
  const addresses = [{ address: host, family: 4 }]
  vi.mocked(lookup).mockReturnValueOnce(
    new Promise((resolve) => {
      answer = () => resolve(addresses as never)
    }) as never,
  )
  return { answer: () => answer() }
}

describe('a release', () => {
  const machine = new SimulatedMachine(realPorts)

  const uses: [string, Protocol, (block: PortBlock, at?: string) => Promise<unknown>][] = [
    ['listen', 'tcp', (block, at = host) => block.listen(machine.owns(greeter()), { host: at })],
    ['bind', 'udp', (block, at = host) => block.bind(machine.owns(createSocket('udp4')), { host: at })],
    ['connect', 'tcp', (block, at = host) => block.connect({ host: at, port: 9 })],
  ]
  const ways: [string, (block: RuntimeReservation) => Promise<void>][] = [
    ['of the block', (block) => block.release()],
    ['by closing the manager', () => machine.manager.close()],
  ]
  const cases = uses.flatMap(([name, protocol, use]) => ways.map(([way, end]) => ({ name, protocol, use, way, end })))

  it.each(cases)('$way ends a $name whose ASSOCIATE is pending', async ({ protocol, use, end }) => {
    const block = await machine.manager.acquire({ protocol, count: 2 })
    const association = machine.kernel.faults.hold('SIO_ASSOCIATE_PORT_RESERVATION')
    const using = failureOf(use(block))
    await association.pending
    await end(block)
    expect((await using).code).toBe('ERR_RESERVATION_RELEASED')
    machine.kernel.assertNothingHeld()
  })

  it.each(cases)('$way ends a $name that waits for the resolver, when it answers', async ({ protocol, use, end }) => {
    const block = await machine.manager.acquire({ protocol, count: 2 })
    const resolver = holdLookup()
    const using = failureOf(use(block, 'slow.example'))
    await end(block)
    const before = machine.calls.length
    resolver.answer()
    expect((await using).code).toBe('ERR_RESERVATION_RELEASED')
    expect(machine.calls).toHaveLength(before)
  })

  it.each(ways)('%s has no effect on a server that has its port', async (_name, end) => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    const adoption = machine.kernel.faults.hold('listen')
    const server = machine.owns(greeter('in time'))
    const listening = block.listen(server, { host })
    await adoption.pending
    await end(block)
    adoption.complete()
    const { port } = await listening
    expect(await readFrom(port)).toBe('in time')
  })

  it.each(ways)('%s has no effect on a dgram socket that has its port', async (_name, end) => {
    const block = await machine.manager.acquire({ protocol: 'udp', count: 2 })
    const adoption = machine.kernel.faults.hold('adopt')
    const socket = machine.owns(createSocket('udp4'))
    const binding = block.bind(socket, { host })
    await adoption.pending
    await end(block)
    adoption.complete()
    expect((await binding).port).toBe(socket.address().port)
  })

  it.each(ways)('%s has no effect on a connection that has its port', async (_name, end) => {
    const server = machine.owns(greeter())
    server.listen(0, host)
    await vi.waitFor(() => expect(server.listening).toBe(true), { timeout: 60_000 })
    const address = server.address()
    if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    const adoption = machine.kernel.faults.hold('connect')
    const connecting = block.connect({ host, port: address.port })
    await adoption.pending
    await end(block)
    adoption.complete()
    const socket = machine.owns(await connecting)
    expect(block.contains(Number(socket.localPort))).toBe(true)
  })

  it.each(ways)('%s at any moment leaves a server that listens, or ERR_RESERVATION_RELEASED', async (_name, end) => {
    const seen = new Set<unknown>()
    for (let moment = 0; moment < 40; moment++) {
      machine.replace({})
      const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
      const server = greeter()
      const association = machine.kernel.faults.hold('SIO_ASSOCIATE_PORT_RESERVATION')
      const listening = codeOf(block.listen(server, { host }))
      await association.pending
      association.complete()
      for (let i = 0; i < moment; i++) await null
      await end(block)
      const code = await listening
      seen.add(code)
      expect(server.listening).toBe(code === undefined)
      if (server.listening) await new Promise((resolve) => server.close(resolve))
      machine.kernel.assertNothingHeld()
    }
    expect(seen).toEqual(new Set([undefined, 'ERR_RESERVATION_RELEASED']))
  })

  it('does not end the calls of another block', async () => {
    const [block, other] = [
      await machine.manager.acquire({ protocol: 'tcp', count: 2 }),
      await machine.manager.acquire({ protocol: 'tcp', count: 2 }),
    ]
    const association = machine.kernel.faults.hold('SIO_ASSOCIATE_PORT_RESERVATION')
    const listening = other.listen(machine.owns(greeter()), { host })
    await association.pending
    await block.release()
    association.complete()
    expect(other.contains((await listening).port)).toBe(true)
  })
})

describe('the use of a persistent reservation while its manager closes', () => {
  const machine = new SimulatedMachine({ ...realPorts, elevated: true })

  it('ends with a server that listens, or with ERR_RESERVATION_RELEASED, at any moment', async () => {
    const seen = new Set<unknown>()
    for (let moment = 0; moment < 40; moment++) {
      machine.replace({})
      const free = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
      await free.release()
      const block = await machine.manager.persistent.create({ protocol: 'tcp', startPort: free.startPort, count: 2 })
      const server = greeter()
      const association = machine.kernel.faults.hold('SIO_ASSOCIATE_PORT_RESERVATION')
      const listening = codeOf(block.listen(server, { host }))
      await association.pending
      association.complete()
      for (let i = 0; i < moment; i++) await null
      await machine.manager.close()
      const code = await listening
      seen.add(code)
      expect(server.listening).toBe(code === undefined)
      if (server.listening) await new Promise((resolve) => server.close(resolve))
      machine.kernel.assertNothingHeld()
    }
    expect(seen).toEqual(new Set([undefined, 'ERR_RESERVATION_RELEASED']))
  })
})
