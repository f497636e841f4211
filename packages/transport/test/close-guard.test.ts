import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server } from 'node:net'
import { describe, expect, it } from 'vitest'
import { closeGuard } from '../src/backend/index.js'

const NOT_RUNNING = expect.objectContaining({ code: 'ERR_SERVER_NOT_RUNNING' })

describe.each([
  ['net', (): Server => createServer()],
  ['http', (): Server => createHttpServer()],
])('closeGuard of a server of %s', (_module, create) => {
  it('throws after close, also if the server never listened', () => {
    const server = create()
    const throwIfClosed = closeGuard(server)
    expect(throwIfClosed).not.toThrow()
    server.close()
    expect(throwIfClosed).toThrow(NOT_RUNNING)
  })

  it('ignores a close before it', async () => {
    const server = create().listen(0, '127.0.0.1')
    await once(server, 'listening')
    server.close()
    const throwIfClosed = closeGuard(server)
    await once(server, 'close')
    expect(throwIfClosed).not.toThrow()
  })

  it('does not throw if the server listens by other means', async () => {
    const server = create()
    const throwIfClosed = closeGuard(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    expect(throwIfClosed).not.toThrow()
    server.close()
    expect(throwIfClosed).toThrow(NOT_RUNNING)
    await once(server, 'close')
  })
})
