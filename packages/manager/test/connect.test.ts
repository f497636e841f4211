import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { beforeEach, describe, expect, it } from 'vitest'
import { failureOf } from './failure-of.js'
import { read } from './real-request.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

describe('connect', () => {
  const machine = new SimulatedMachine(realPorts)
  const host = '127.0.0.1'
  let server: Server
  let port: number
  beforeEach(async () => {
    server = machine.owns(createServer((socket) => socket.on('error', () => {}).end(`from ${socket.remotePort}`)))
    const home = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    const address = await home.listen(server, { host })
    port = address.port
  })

  const acquire = (count = 3) => machine.manager.acquire({ protocol: 'tcp', count })

  /** The ports that connections are bound to. */
  const connectionPorts = () =>
    machine.kernel.inspect().sockets.flatMap((socket) => (socket.state === 'adopted' ? [socket.port] : []))

  it('opens a connection whose source port, as the server sees it, is in the block', async () => {
    const block = await acquire()
    const accepted = once(server, 'connection')
    const socket = machine.owns(await block.connect({ host, port }))
    const [peer]: Socket[] = await accepted
    const { localPort, remotePort } = socket
    expect(block.contains(Number(localPort))).toBe(true)
    expect(remotePort).toBe(port)
    expect(peer?.remotePort).toBe(localPort)
    expect(await read(socket)).toBe(`from ${localPort}`)
  })

  it('uses the given source port', async () => {
    const block = await acquire()
    const socket = machine.owns(await block.connect({ host, port, localPort: block.endPort }))
    expect(socket.localPort).toBe(block.endPort)
    expect(await read(socket)).toBe(`from ${block.endPort}`)
  })

  it('never gives two connections one source port', async () => {
    const block = await acquire()
    const sockets = await Promise.all([...block].map(() => block.connect({ host, port })))
    for (const socket of sockets) machine.owns(socket).resume()
    expect(sockets.map(({ localPort }) => Number(localPort)).toSorted((a, b) => a - b)).toEqual([...block])
  })

  it('rejects with ERR_RESERVATION_EXHAUSTED when every port is in use', async () => {
    const block = await acquire(1)
    machine.owns(await block.connect({ host, port }))
    expect((await failureOf(block.connect({ host, port }))).code).toBe('ERR_RESERVATION_EXHAUSTED')
  })

  it('rejects with EADDRINUSE if the given source port is in use', async () => {
    const block = await acquire()
    const { localPort } = machine.owns(await block.connect({ host, port }))
    const failure = await failureOf(block.connect({ host, port, localPort }))
    expect(failure).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind', cause: { errno: 10048 } })
  })

  it('connects to localhost by default', async () => {
    const block = await acquire()
    const socket = machine.owns(await block.connect({ port }))
    const { localPort } = socket
    expect(await read(socket)).toBe(`from ${localPort}`)
  })

  it('rejects with ECONNREFUSED if no server listens, and frees the source port', async () => {
    const block = await acquire(1)
    const closed = once(server, 'close')
    server.close()
    await closed
    const failure = await failureOf(block.connect({ host, port }))
    expect(failure).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect' })
    expect(connectionPorts()).toEqual([])
    expect((await failureOf(block.connect({ host, port, localPort: block.startPort }))).code).toBe('ECONNREFUSED')
  })

  it('returns the source port to the block when the connection closes', async () => {
    const block = await acquire(1)
    const socket = await block.connect({ host, port })
    expect(connectionPorts()).toContain(block.startPort)
    const closed = once(socket, 'close')
    socket.destroy()
    await closed
    expect(connectionPorts()).not.toContain(block.startPort)
  })

  it('can be aborted while it connects, and frees the source port', async () => {
    const block = await acquire(1)
    const held = machine.kernel.faults.hold('connect')
    const controller = new AbortController()
    const connecting = block.connect({ host, port, signal: controller.signal })
    await held.pending
    controller.abort(new Error('changed my mind'))
    const failure = await failureOf(connecting)
    expect(failure).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: controller.signal.reason })
    expect(connectionPorts()).toEqual([port]) // the server's
    expect(machine.owns(await block.connect({ host, port })).localPort).toBe(block.startPort)
  })

  it('makes no system call if it is aborted already', async () => {
    const block = await acquire()
    const before = machine.calls.length
    const signal = AbortSignal.abort()
    expect(await failureOf(block.connect({ host, port, signal }))).toMatchObject({
      code: 'ABORT_ERR',
      cause: signal.reason,
    })
    expect(machine.calls).toHaveLength(before)
  })

  it('does not close an open connection when its signal aborts later', async () => {
    const block = await acquire()
    const controller = new AbortController()
    const socket = machine.owns(await block.connect({ host, port, signal: controller.signal }))
    const { localPort } = socket
    controller.abort()
    expect(await read(socket)).toBe(`from ${localPort}`)
  })

  it('works between two blocks of one manager, and inside one block', async () => {
    const block = await acquire()
    const inner = machine.owns(createServer((socket) => socket.end('inner')))
    const { port: innerPort } = await block.listen(inner, { host })
    const socket = machine.owns(await block.connect({ host, port: innerPort }))
    expect(await read(socket)).toBe('inner')
    expect(socket.localPort).not.toBe(innerPort)
  })
})
