import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { Protocol } from '@winport/transport'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_WORLD, MockKernel } from '../src/index.js'
import { acquire, associate } from './reservation-calls.js'

const HOST = '127.0.0.1'

/** Takes a port of the host, outside the simulation. */
async function occupy(protocol: Protocol, port: number): Promise<Server | Socket> {
  const owner = protocol === 'tcp' ? createServer().listen(port, HOST) : createSocket('udp4').bind(port, HOST)
  await once(owner, 'listening')
  return owner
}

function portOf(owner: Server | Socket): number {
  const address = owner.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

describe.each(['tcp', 'udp'] as const)('a %s port that is in use on the host', (protocol) => {
  let owner: Server | Socket
  let port: number

  beforeEach(async () => {
    owner = await occupy(protocol, 0)
    port = portOf(owner)
  })

  afterEach(async () => {
    owner.close()
    await once(owner, 'close')
  })

  function around(before: number, after: number): MockKernel {
    const dynamicRange = { startPort: port - before, count: before + 1 + after }
    return new MockKernel({ avoidHostPorts: true, dynamicRange })
  }

  it('cannot be reserved, alone or within a range', async () => {
    const transport = around(0, 0).openTransport({ elevated: true })
    const socket = transport.openSocket({ protocol })
    for (const [startPort, count] of [
      [port, 1],
      [port - 2, 3],
      [port, 3],
    ] as const) {
      expect(() => acquire(socket, startPort, count)).toThrow(expect.objectContaining({ code: 'WSAEADDRINUSE' }))
      await expect(transport.persistent.create({ protocol, startPort, count })).rejects.toMatchObject({
        code: 'ERROR_SHARING_VIOLATION',
      })
    }
  })

  it('is in no wildcard, even when no other range is left', () => {
    const socket = around(20, 20).openTransport().openSocket({ protocol })
    expect(() => acquire(socket, 0, 21)).toThrow(expect.objectContaining({ code: DEFAULT_WORLD.wildcardRefused }))
    for (let i = 0; i < 10; i++) expect(acquire(socket, 0, 1).startPort).not.toBe(port)
  })

  it('cannot be bound and is not given out for port 0', () => {
    const transport = around(0, 30).openTransport()
    const socket = transport.openSocket({ protocol })
    expect(() => socket.bind({ address: HOST, port })).toThrow(expect.objectContaining({ code: 'WSAEADDRINUSE' }))
    for (let i = 0; i < 10; i++) {
      const other = transport.openSocket({ protocol })
      other.bind({ address: HOST, port: 0 })
      expect(other.localAddress().port).toBeGreaterThan(port)
    }
    const alone = around(0, 0).openTransport().openSocket({ protocol })
    expect(() => alone.bind({ address: HOST, port: 0 })).toThrow(expect.objectContaining({ code: 'WSAEADDRINUSE' }))
  })

  it('is free to a kernel that ignores host ports', () => {
    const transport = new MockKernel({ dynamicRange: { startPort: port, count: 1 } }).openTransport()
    expect(acquire(transport.openSocket({ protocol }), 0, 1).startPort).toBe(port)
  })

  it('inside a reservation is skipped for port 0 and refused by number', async () => {
    const transport = new MockKernel({ avoidHostPorts: true }).openTransport()
    const { startPort, token } = acquire(transport.openSocket({ protocol }), 0, 3)
    const intruder = await occupy(protocol, startPort)
    const bind = (asked: number) => {
      const socket = transport.openSocket({ protocol })
      associate(socket, token)
      socket.bind({ address: HOST, port: asked })
      return socket.localAddress().port
    }
    expect(() => bind(startPort)).toThrow(expect.objectContaining({ code: 'WSAEADDRINUSE' }))
    expect(bind(0)).toBe(startPort + 1)
    intruder.close()
    await once(intruder, 'close')
    expect(bind(startPort)).toBe(startPort)
  })
})

it('wildcards and ephemeral ports begin at a random place, so that programs rarely compete', () => {
  const [wildcards, ephemerals] = [new Set<number>(), new Set<number>()]
  for (let i = 0; i < 8; i++) {
    const transport = new MockKernel({ avoidHostPorts: true }).openTransport()
    wildcards.add(acquire(transport.openSocket({ protocol: 'tcp' }), 0, 4).startPort)
    const socket = transport.openSocket({ protocol: 'udp' })
    socket.bind({ address: HOST, port: 0 })
    ephemerals.add(socket.localAddress().port)
  }
  expect(wildcards.size).toBeGreaterThan(4)
  expect(ephemerals.size).toBeGreaterThan(4)
})

it('a kernel that ignores host ports gives the lowest ports first', () => {
  for (let i = 0; i < 3; i++) {
    const transport = new MockKernel().openTransport()
    expect(acquire(transport.openSocket({ protocol: 'tcp' }), 0, 4).startPort).toBe(49_152)
    const socket = transport.openSocket({ protocol: 'tcp' })
    socket.bind({ address: HOST, port: 0 })
    expect(socket.localAddress().port).toBe(49_156)
  }
})
