import { createSocket } from 'node:dgram'
import { EventEmitter, once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { startListening } from '../src/backend/index.js'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function listen(server: Server, port = 0): Promise<void> {
  return startListening(server, () => server.listen(port, '127.0.0.1'))
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Counts the listeners that startListening must remove. */
function listeners(owner: EventEmitter): number {
  return owner.listenerCount('listening') + owner.listenerCount('error') + owner.listenerCount('close')
}

it('resolves when the server listens or the datagram socket is bound', async () => {
  const server = createServer()
  await listen(server)
  expect(server.listening).toBe(true)
  expect(listeners(server)).toBe(0)
  server.close()
  const socket = createSocket('udp4')
  const before = listeners(socket)
  await startListening(socket, () => socket.bind(0, '127.0.0.1'))
  expect(socket.address().port).toBeGreaterThan(0)
  expect(listeners(socket)).toBe(before)
  socket.close()
})

it('rejects with the error that start throws', async () => {
  const server = createServer()
  await listen(server)
  await expect(listen(server)).rejects.toMatchObject({ code: 'ERR_SERVER_ALREADY_LISTEN' })
  expect(listeners(server)).toBe(0)
  server.close()
})

it('rejects with the emitted error', async () => {
  const [first, second] = [createServer(), createServer()]
  await listen(first)
  await expect(listen(second, portOf(first))).rejects.toMatchObject({ code: 'EADDRINUSE', syscall: 'listen' })
  expect(listeners(second)).toBe(0)
  first.close()
})

it('rejects if the server or the datagram socket is closed first', async () => {
  const server = createServer()
  const closedServer = listen(server)
  server.close()
  await expect(closedServer).rejects.toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' })
  expect(listeners(server)).toBe(0)
  const socket = createSocket('udp4')
  const closedSocket = startListening(socket, () => socket.bind(0, '127.0.0.1'))
  socket.close()
  await expect(closedSocket).rejects.toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' })
})

it('ignores the close event of an earlier listen', async () => {
  const server = createServer()
  await listen(server)
  let closes = 0
  server.on('close', () => closes++)
  server.close()
  await listen(server)
  expect([server.listening, closes]).toEqual([true, 1])
  server.close()
  await once(server, 'close')
})

it('handles an event that start emits', async () => {
  const owner = new EventEmitter()
  await startListening(owner, () => owner.emit('listening'))
  const failure = new Error('at once')
  await expect(startListening(owner, () => owner.emit('error', failure))).rejects.toBe(failure)
  expect(listeners(owner)).toBe(0)
})

it.each(['faked', 'missing'])('needs no timers: they may be %s, also while it is loaded', async (state) => {
  const timers = ['setTimeout', 'setImmediate', 'setInterval', 'queueMicrotask'] as const
  vi.resetModules()
  if (state === 'faked') vi.useFakeTimers({ toFake: [...timers] })
  else for (const name of timers) vi.stubGlobal(name, undefined)
  const { startListening: start } = await import('../src/adoption/start-listening.js')
  const server = createServer()
  const closed = start(server, () => server.listen(0, '127.0.0.1'))
  server.close()
  await expect(closed).rejects.toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' })
  await start(server, () => server.listen(0, '127.0.0.1'))
  expect(server.listening).toBe(true)
  server.close()
  await once(server, 'close')
})
