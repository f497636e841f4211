import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { connected } from '../src/backend/index.js'
import { AbortError } from '../src/index.js'

let server: Server
let port: number

beforeEach(async () => {
  server = createServer((connection) => connection.resume()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})

afterEach(async () => {
  if (!server.listening) return
  server.close()
  await once(server, 'close')
})

it('resolves when the socket is connected, and leaves the socket open', async () => {
  const socket = connect(port, '127.0.0.1')
  await connected(socket, new AbortController().signal)
  expect([socket.connecting, socket.destroyed, socket.remotePort]).toEqual([false, false, port])
  socket.destroy()
})

it('ignores an abort after the connection is made', async () => {
  const abort = new AbortController()
  const socket = connect(port, '127.0.0.1')
  await connected(socket, abort.signal)
  abort.abort()
  expect(socket.destroyed).toBe(false)
  socket.destroy()
})

it('rejects with the error of a failed connection, and destroys the socket', async () => {
  server.close()
  await once(server, 'close')
  const socket = connect(port, '127.0.0.1')
  await expect(connected(socket)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  expect(socket.destroyed).toBe(true)
})

it('rejects with an AbortError when the signal aborts before or during the call, and destroys the socket', async () => {
  const abort = new AbortController()
  const [early, late] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')]
  const attempts = [connected(early, AbortSignal.abort('too late')), connected(late, abort.signal)]
  abort.abort('enough')
  for (const attempt of attempts) await expect(attempt).rejects.toBeInstanceOf(AbortError)
  await expect(attempts[0]).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: 'too late' })
  await expect(attempts[1]).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: 'enough' })
  expect([early.destroyed, late.destroyed]).toEqual([true, true])
})
