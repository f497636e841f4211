import assert from 'node:assert/strict'
import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { once } from 'node:events'
import { hasIPv6 } from '@winport/transport/conformance'
import { type PortBlock, ReservationManager } from '../src/index.js'
import { read, readFrom } from './real-request.js'
import type { WorldMachine } from './world-machine.js'

const IPV4 = '127.0.0.1'
const IPV6 = '::1'

/** The loopback addresses that this machine has. */
const hosts = hasIPv6() ? [IPV4, IPV6] : [IPV4]

/** What API.md promises, section by section. Each function throws if its promise is broken. */
export const promises: Readonly<Record<string, (machine: WorldMachine) => Promise<void>>> = {
  async 'acquire: no other process gets a port of the block'(machine) {
    const block = await machine.acquire({ protocol: 'tcp', count: 4 })
    const other = machine.other()
    const startPort = block.endPort
    await rejects(other.acquire({ protocol: 'tcp', count: 2, startPort }), 'ERR_PORT_RANGE_IN_USE')
    const socket = other.transport.openSocket({ protocol: 'tcp' })
    assert.throws(() => socket.bind({ address: IPV4, port: startPort }), { name: 'WinsockError' })
    socket.close()
  },

  async 'acquire: startPort gives exactly that range, also next to another block'(machine) {
    const { startPort } = await machine.freeRange('udp', 8)
    for (const start of [startPort, startPort + 4]) {
      const block = await machine.acquire({ protocol: 'udp', count: 4, startPort: start })
      assert.deepEqual([...block], [start, start + 1, start + 2, start + 3])
      await eachPortIsUsable(machine, block)
    }
  },

  async 'acquire: a list of start ports is tried until one is granted'(machine) {
    const taken = await machine.acquire({ protocol: 'tcp', count: 4 })
    const { startPort } = await machine.freeRange('tcp', 4)
    const startPorts = [taken.startPort, taken.endPort, startPort]
    const block = await machine.acquire({ protocol: 'tcp', count: 2, startPort: startPorts })
    assert.equal(block.startPort, startPort)
  },

  async 'acquire: within goes past reservations, exclusions and bound ports'(machine) {
    const range = await machine.freeRange('tcp', 12)
    const from = range.startPort
    await machine.acquire({ protocol: 'tcp', count: 2, startPort: from })
    const persistent = await machine.manager.persistent.create({ ...range, startPort: from + 3, count: 2 })
    const bound = await machine.acquire({ protocol: 'tcp', count: 2, startPort: from + 6 })
    await bound.listen(machine.server(), { host: IPV4, port: bound.startPort })
    await bound.release()
    const block = await machine.acquire({ protocol: 'tcp', count: 4, within: [from, from + 11] })
    assert.equal(block.startPort, from + 7)
    await machine.manager.persistent.delete(persistent)
  },

  async 'acquire: order, fallback and exclude choose the place'(machine) {
    const { startPort: from } = await machine.freeRange('udp', 12)
    const within = [from, from + 11] as const
    const exclude = [from + 5]
    for (const order of ['random', 'ascending'] as const) {
      const block = await machine.acquire({ protocol: 'udp', count: 4, within, exclude, order })
      assert.ok(block.startPort >= from && block.endPort <= from + 11 && !block.contains(from + 5))
      await eachPortIsUsable(machine, block)
    }
    const request = { protocol: 'udp', count: 4, within, exclude } as const
    await rejects(machine.acquire(request), 'ERR_PORT_RANGE_IN_USE')
    const elsewhere = await machine.acquire({ ...request, fallback: 'anywhere' })
    assert.ok(elsewhere.startPort < from || elsewhere.endPort > from + 11)
    assert.ok(!elsewhere.contains(from + 5))
    const next = await machine.acquire({ protocol: 'udp', count: 1, exclude: elsewhere })
    assert.ok(!elsewhere.contains(next.startPort))
  },

  async 'acquire: rejects with ERR_PORT_RANGE_IN_USE if so many ports are not free'(machine) {
    await machine.acquire({ protocol: 'tcp', count: 1, startPort: 40_000 })
    await rejects(machine.acquire({ protocol: 'tcp', count: 60_000 }), 'ERR_PORT_RANGE_IN_USE')
    const error = await rejects(
      machine.acquire({ protocol: 'tcp', count: 60_000, startPort: [1, 2, 0] }),
      'ERR_PORT_RANGE_IN_USE',
    )
    assert.equal(Object(error.cause).errors?.length, 3)
  },

  async 'acquire: an aborted signal leaves nothing reserved'(machine) {
    const held = machine.kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
    const controller = new AbortController()
    const acquiring = machine.acquire({ protocol: 'tcp', count: 2, signal: controller.signal })
    await held.pending
    controller.abort()
    await rejects(acquiring, 'ABORT_ERR')
    assert.deepEqual(machine.manager.held, [])
    assert.deepEqual(machine.kernel.inspect().reservations, [])
  },

  async 'acquireMatched: finds a range that is free for both protocols'(machine) {
    const { startPort } = await machine.freeRange('tcp', 8)
    await machine.acquire({ protocol: 'udp', count: 2, startPort: startPort + 1 })
    const within = await machine.acquireMatched({ count: 2, within: [startPort, startPort + 7] })
    assert.equal(within.startPort, startPort + 3)
    const anywhere = await machine.acquireMatched({ count: 2 })
    const { port } = await anywhere.listen(machine.server('matched'), { host: IPV4 })
    await anywhere.bind(machine.owns(createSocket('udp4')), { host: IPV4, port })
    assert.equal(await readFrom(port), 'matched')
  },

  async 'close: releases everything and ends the calls under way'(machine) {
    const manager = machine.other()
    const block = await manager.acquire({ protocol: 'tcp', count: 2 })
    await block.listen(machine.server(), { host: IPV4 })
    const held = machine.kernel.faults.hold('SIO_ASSOCIATE_PORT_RESERVATION')
    const listening = rejects(block.listen(machine.server(), { host: IPV4 }), 'ERR_RESERVATION_RELEASED')
    await held.pending
    await manager.close()
    await listening
    assert.deepEqual(manager.held, [])
    assert.deepEqual(machine.kernel.inspect().reservations, [])
  },

  async 'listen: serves every port of a block once, on every address, then rejects with ERR_RESERVATION_EXHAUSTED'(
    machine,
  ) {
    const block = await machine.acquire({ protocol: 'tcp', count: 3 })
    const servers = [machine.server('a'), machine.server('b'), machine.server('c')]
    const addresses = await Promise.all(servers.map((server) => block.listen(server)))
    assert.deepEqual(addresses.map(({ port }) => port).sort(), [...block])
    assert.deepEqual(
      addresses,
      servers.map((server) => server.address()),
    )
    for (const host of hosts) assert.equal(await readFrom(addresses[0]?.port ?? 0, host), 'a')
    await rejects(block.listen(machine.server()), 'ERR_RESERVATION_EXHAUSTED')
    await rejects(block.listen(machine.server(), { host: IPV4 }), 'ERR_RESERVATION_EXHAUSTED')
    await new Promise((resolve) => servers[1]?.close(resolve))
    assert.equal((await block.listen(machine.server())).port, addresses[1]?.port)
  },

  async 'listen: serves a given address, of either family'(machine) {
    for (const host of hosts) {
      const block = await machine.acquire({ protocol: 'tcp', count: 1 })
      const { port } = await block.listen(machine.server(host), { host })
      assert.equal(port, block.startPort)
      assert.equal(await readFrom(port, host), host)
      await rejects(block.listen(machine.server(), { host }), 'ERR_RESERVATION_EXHAUSTED')
    }
  },

  async 'listen: takes the given port, and rejects with EADDRINUSE if it is in use'(machine) {
    const block = await machine.acquire({ protocol: 'tcp', count: 3 })
    for (const port of [...block].reverse()) {
      assert.equal((await block.listen(machine.server(), { host: IPV4, port })).port, port)
      await rejects(block.listen(machine.server(), { host: IPV4, port }), 'EADDRINUSE')
    }
  },

  async 'listen: ipv6Only leaves IPv4 of the same port to another server'(machine) {
    if (!hasIPv6()) return
    const block = await machine.acquire({ protocol: 'tcp', count: 1 })
    const { port } = await block.listen(machine.server('six'), { host: '::', ipv6Only: true })
    await block.listen(machine.server('four'), { host: '0.0.0.0', port })
    assert.deepEqual([await readFrom(port, IPV4), await readFrom(port, IPV6)], ['four', 'six'])
  },

  async 'listen: concurrent first calls on several blocks all succeed'(machine) {
    const blocks = [
      await machine.acquire({ protocol: 'tcp', count: 2 }),
      await machine.acquire({ protocol: 'tcp', count: 2 }),
    ]
    const listens = blocks.flatMap((block) =>
      hosts.map((host, index) => block.listen(machine.server(), { host, port: block.startPort + index })),
    )
    assert.equal((await Promise.all(listens)).length, blocks.length * hosts.length)
  },

  async 'listen: hands the ports out in turn'(machine) {
    const block = await machine.acquire({ protocol: 'tcp', count: 3 })
    const ports: number[] = []
    for (let i = 0; i < 4; i++) {
      const server = machine.server()
      ports.push((await block.listen(server)).port)
      await new Promise((resolve) => server.close(resolve))
    }
    assert.equal(new Set(ports.slice(0, 2)).size, 2, 'the next server has another port')
    assert.ok(
      ports.slice(1).every((port, i) => port !== ports[i]),
      'also after a turn',
    )
  },

  async 'attach: a server takes every port by its own listen, then emits ERR_RESERVATION_EXHAUSTED'(machine) {
    const block = await machine.acquire({ protocol: 'tcp', count: 3 })
    const ports: number[] = []
    for (const name of ['a', 'b', 'c']) {
      const server = block.attach(machine.server(name))
      if (name === 'a') server.listen()
      else server.listen(0, IPV4)
      await once(server, 'listening')
      const address = server.address()
      assert.ok(typeof address === 'object' && address !== null)
      ports.push(address.port)
      assert.equal(await readFrom(address.port, IPV4), name)
    }
    assert.deepEqual(ports.sort(), [...block])
    const failed = once(block.attach(machine.server()).listen(), 'error')
    assert.equal((await failed)[0].code, 'ERR_RESERVATION_EXHAUSTED')
  },

  async 'attach: a udp4 socket takes its port by its own bind, and exchanges datagrams'(machine) {
    const block = await machine.acquire({ protocol: 'udp', count: 2 })
    const sockets = [machine.owns(createSocket('udp4')), machine.owns(createSocket('udp4'))]
    for (const socket of sockets) {
      block.attach(socket).bind(0, IPV4)
      await once(socket, 'listening')
      assert.ok(block.contains(socket.address().port))
    }
    const [first, second] = sockets
    if (first === undefined || second === undefined) return
    await exchange(first, second, IPV4)
  },

  async 'open: another manager of the process uses a block that its owner uses, until that releases it'(machine) {
    const block = await machine.acquire({ protocol: 'tcp', count: 4 })
    await block.listen(machine.server('owner'), { host: IPV4 })
    const opened = await new ReservationManager({ transport: machine.transport }).open(block.toJSON())
    for (const name of ['x', 'y']) {
      const { port } = await opened.listen(machine.server(name), { host: IPV4 })
      assert.equal(await readFrom(port), name)
    }
    await block.release()
    await rejects(opened.listen(machine.server(), { host: IPV4 }), 'ERR_RESERVATION_NOT_FOUND')
  },

  async 'bind: gives every port to a udp4 socket once, which exchanges datagrams'(machine) {
    const block = await machine.acquire({ protocol: 'udp', count: 2 })
    const sockets = [machine.owns(createSocket('udp4')), machine.owns(createSocket('udp4'))]
    const ports: number[] = []
    for (const socket of sockets) {
      const address = await block.bind(socket, { host: IPV4 })
      assert.deepEqual(address, socket.address())
      ports.push(address.port)
    }
    assert.deepEqual(ports.sort(), [...block])
    const [first, second] = sockets
    if (first === undefined || second === undefined) return
    await exchange(first, second, IPV4)
    await rejects(block.bind(machine.owns(createSocket('udp4'))), 'ERR_RESERVATION_EXHAUSTED')
  },

  async 'bind: gives a port to a udp6 socket, which exchanges datagrams'(machine) {
    if (!hasIPv6()) return
    const block = await machine.acquire({ protocol: 'udp', count: 2 })
    const [first, second] = [machine.owns(createSocket('udp6')), machine.owns(createSocket('udp6'))]
    await block.bind(first, { host: IPV6, port: block.startPort })
    await block.bind(second, { host: IPV6 })
    await exchange(first, second, IPV6)
    await rejects(block.bind(machine.owns(createSocket('udp6')), { host: IPV6, port: block.startPort }), 'EADDRINUSE')
  },

  async 'bind: reuseAddr shares a port between the sockets that set it, and no others'(machine) {
    const block = await machine.acquire({ protocol: 'udp', count: 1 })
    const { port } = await block.bind(machine.owns(createSocket('udp4')), { host: IPV4, reuseAddr: true })
    await block.bind(machine.owns(createSocket('udp4')), { host: IPV4, reuseAddr: true, port })
    await rejects(block.bind(machine.owns(createSocket('udp4')), { host: IPV4, port }), 'EADDRINUSE')
  },

  async 'connect: the source port is in the block, or the given one'(machine) {
    for (const host of hosts) {
      const home = await machine.acquire({ protocol: 'tcp', count: 1 })
      const { port } = await home.listen(machine.server(host), { host })
      const block = await machine.acquire({ protocol: 'tcp', count: 2 })
      const given = machine.owns(await block.connect({ host, port, localPort: block.endPort }))
      const free = machine.owns(await block.connect({ host, port }))
      assert.deepEqual([free.localPort, given.localPort], [...block])
      assert.deepEqual([await read(given), await read(free)], [host, host])
    }
  },

  async 'connect: rejects with ECONNREFUSED if no server listens, and with ERR_RESERVATION_EXHAUSTED if no port is free'(
    machine,
  ) {
    const home = await machine.acquire({ protocol: 'tcp', count: 2 })
    const block = await machine.acquire({ protocol: 'tcp', count: 1 })
    await rejects(block.connect({ host: IPV4, port: home.endPort }), 'ECONNREFUSED')
    const { port } = await home.listen(machine.server(), { host: IPV4, port: home.startPort })
    machine.owns(await block.connect({ host: IPV4, port }))
    await rejects(block.connect({ host: IPV4, port }), 'ERR_RESERVATION_EXHAUSTED')
  },

  async 'release: servers keep their ports, and every process can have the others'(machine) {
    const block = await machine.acquire({ protocol: 'tcp', count: 3 })
    const { startPort } = block
    await block.listen(machine.server('still here'), { host: IPV4, port: startPort })
    await block.release()
    const other = machine.other()
    await rejects(other.acquire({ protocol: 'tcp', count: 3, startPort }), 'ERR_PORT_RANGE_IN_USE')
    const rest = await other.acquire({ protocol: 'tcp', count: 2, startPort: startPort + 1 })
    assert.equal(await readFrom(startPort), 'still here')
    await rest.release()
    await machine.closeServersAndSockets()
    assert.equal((await other.acquire({ protocol: 'tcp', count: 3, startPort })).startPort, startPort)
  },

  async 'release: is idempotent, ends the calls that have no port, and refuses later ones'(machine) {
    const block = await machine.acquire({ protocol: 'tcp', count: 2 })
    const { protocol, startPort, count } = block
    await block.listen(machine.server(), { host: IPV4 })
    await machine.closeServersAndSockets()
    const held = machine.kernel.faults.hold('SIO_ASSOCIATE_PORT_RESERVATION')
    const listening = rejects(block.listen(machine.server(), { host: IPV4 }), 'ERR_RESERVATION_RELEASED')
    await held.pending
    await Promise.all([block.release(), block.release()])
    await listening
    await rejects(block.listen(machine.server()), 'ERR_RESERVATION_RELEASED')
    await machine.acquire({ protocol, startPort, count })
  },

  async 'persistent: create, lookup, ensure and delete work on exactly one range'(machine) {
    const { persistent } = machine.manager
    const range = await machine.freeRange('udp', 4)
    await rejects(persistent.lookup(range), 'ERR_RESERVATION_NOT_FOUND')
    const { token } = await persistent.create(range)
    assert.equal((await persistent.lookup(range)).token, token)
    assert.equal((await persistent.ensure(range)).token, token)
    await rejects(persistent.create({ ...range, count: 2 }), 'ERR_PORT_RANGE_IN_USE')
    await rejects(persistent.lookup({ ...range, count: 2 }), 'ERR_RESERVATION_NOT_FOUND')
    await rejects(machine.acquire(range), 'ERR_PORT_RANGE_IN_USE')
    await persistent.delete(range)
    await rejects(persistent.delete(range), 'ERR_RESERVATION_NOT_FOUND')
    await persistent.delete(await persistent.ensure(range))
  },

  async 'persistent: create rejects a range in use'(machine) {
    const block = await machine.acquire({ protocol: 'tcp', count: 2 })
    const { protocol, startPort, count } = block
    await block.listen(machine.server(), { host: IPV4, port: startPort })
    const range = { protocol, startPort, count }
    await rejects(machine.manager.persistent.create(range), 'ERR_PORT_RANGE_IN_USE')
    await block.release()
    await rejects(machine.manager.persistent.create(range), 'ERR_PORT_RANGE_IN_USE')
  },

  async 'persistent: create over an exclusion makes a block that works, or rejects with ERR_PORT_RANGE_IN_USE'(
    machine,
  ) {
    const range = await machine.freeRange('tcp', 4)
    machine.kernel.addExclusion(range)
    if (machine.kernel.world.createOverExclusion !== 'success') {
      await rejects(machine.manager.persistent.create(range), 'ERR_PORT_RANGE_IN_USE')
      return
    }
    const block = await machine.manager.persistent.create(range)
    assert.equal((await block.listen(machine.server(), { host: IPV4, port: range.startPort })).port, range.startPort)
  },

  async 'persistent: the ports are served like those of every block'(machine) {
    const range = await machine.freeRange('tcp', 2)
    const block = await machine.manager.persistent.create(range)
    const { port } = await block.listen(machine.server('persistent'), { host: IPV4 })
    assert.equal(await readFrom(port), 'persistent')
    await rejects(block.listen(machine.server(), { host: IPV4, port }), 'EADDRINUSE')
    const connection = machine.owns(await block.connect({ host: IPV4, port }))
    await rejects(block.listen(machine.server(), { host: IPV4 }), 'ERR_RESERVATION_EXHAUSTED')
    assert.equal(await read(connection), 'persistent') // then the connection closes
    const { startPort } = range
    const { startPort: other } = await machine.freeRange('tcp', 2)
    assert.notEqual(other, startPort)
    await machine.manager.persistent.delete(range)
  },

  async 'persistent: a block whose reservation is deleted rejects with ERR_RESERVATION_NOT_FOUND'(machine) {
    const range = await machine.freeRange('tcp', 2)
    const block = await machine.manager.persistent.create(range)
    await machine.manager.persistent.delete(range)
    await rejects(block.listen(machine.server(), { host: IPV4 }), 'ERR_RESERVATION_NOT_FOUND')
  },

  async 'persistent: open goes on working after a restart, lookup finds the new token'(machine) {
    const range = await machine.freeRange('tcp', 2)
    const before = await machine.manager.persistent.create(range)
    const block = await machine.manager.persistent.open(range)
    machine.kernel.reboot()
    assert.equal((await block.listen(machine.server(), { host: IPV4, port: block.startPort })).port, block.startPort)
    await rejects(before.listen(machine.server(), { host: IPV4 }), 'ERR_RESERVATION_NOT_FOUND')
    assert.notEqual((await machine.manager.persistent.lookup(range)).token, before.token)
  },

  async 'persistent: create, delete and use reject with ERR_ELEVATION_REQUIRED in a process that is not elevated'(
    machine,
  ) {
    const range = await machine.freeRange('tcp', 2)
    const { persistent } = machine.other()
    await rejects(persistent.create(range), 'ERR_ELEVATION_REQUIRED')
    await machine.manager.persistent.create(range)
    await rejects(persistent.delete(range), 'ERR_ELEVATION_REQUIRED')
    await rejects(
      persistent.lookup(range).then((block) => block.listen(machine.server(), { host: IPV4 })),
      'ERR_ELEVATION_REQUIRED',
    )
  },

  async 'persistent: lookup needs no elevation'(machine) {
    const range = await machine.freeRange('tcp', 2)
    const { token } = await machine.manager.persistent.create(range)
    assert.equal((await machine.other().persistent.lookup(range)).token, token)
  },
}

/** Binds every port of a UDP block. */
async function eachPortIsUsable(machine: WorldMachine, block: PortBlock): Promise<void> {
  for (const port of block) await block.bind(machine.owns(createSocket('udp4')), { host: IPV4, port })
}

async function exchange(first: DatagramSocket, second: DatagramSocket, host: string): Promise<void> {
  const received = once(second, 'message')
  first.send('ping', second.address().port, host)
  const [message, from] = await received
  assert.equal(String(message), 'ping')
  const answered = once(first, 'message')
  second.send('pong', from.port, from.address)
  assert.equal(String((await answered)[0]), 'pong')
}

/** @returns the error, which must have this code */
async function rejects(call: Promise<unknown>, code: string): Promise<Error> {
  const [outcome] = await Promise.allSettled([call])
  if (outcome.status === 'fulfilled') assert.fail(`The call resolves. Expected: ${code}`)
  const error: unknown = outcome.reason
  assert.ok(error instanceof Error)
  assert.equal(Object(error).code, code, error.message)
  return error
}
