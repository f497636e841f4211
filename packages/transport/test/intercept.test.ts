import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { interceptBind, interceptListen } from '../src/backend/index.js'

const CLUSTER = fileURLToPath(new URL('intercept-in-cluster.mjs', import.meta.url))

describe('an interception', () => {
  it('takes the place of the primary in a cluster worker, but not for pipes', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [CLUSTER])
    expect(JSON.parse(stdout)).toEqual([
      'listen()',
      'listen(callback)',
      'listen(0)',
      'listen(0, host, backlog, callback)',
      'listen({ port, host })',
      'bind()',
      'bind(callback)',
      'bind(0, host)',
      'bind({ port, address })',
      'send()',
    ])
  })

  it('fails with ERR_ADOPTION_UNSUPPORTED where Node has another inside', () => {
    const unsupported = expect.objectContaining({ code: 'ERR_ADOPTION_UNSUPPORTED' })
    const server = Object.assign(createServer(), { _listen2: undefined })
    expect(() => interceptListen(server, () => expect.unreachable())).toThrow(unsupported)
    const other = { on: () => {} } as never
    expect(() => interceptBind(other, () => expect.unreachable())).toThrow(unsupported)
  })

  it('passes the flags of the call on', async () => {
    const asked: unknown[] = []
    const server = createServer()
    interceptListen(server, (request) => {
      asked.push(request)
      throw new Error('enough')
    })
    const emitted = once(server, 'error')
    server.listen({ port: 5000, host: '::', ipv6Only: true })
    expect((await emitted)[0]).toMatchObject({ message: 'enough' })
    const socket = createSocket({ type: 'udp6', reuseAddr: true, ipv6Only: true })
    interceptBind(socket, (request) => {
      asked.push(request)
      throw new Error('enough')
    })
    const failed = once(socket, 'error')
    socket.bind(5000)
    expect((await failed)[0]).toMatchObject({ message: 'enough' })
    socket.close()
    expect(asked).toEqual([
      { address: '::', port: 5000, ipv6Only: true, reusePort: false },
      { address: '::', port: 5000, reuseAddr: true, ipv6Only: true, reusePort: false },
    ])
  })

  it("keeps an 'emit' of the program's own", async () => {
    const socket = createSocket('udp4')
    const events: unknown[] = []
    const emit = socket.emit.bind(socket)
    const own = (event: string, ...args: unknown[]) => {
      events.push(event)
      return emit(event, ...args)
    }
    Object.assign(socket, { emit: own })
    interceptBind(socket, () => {
      throw new Error('enough')
    })
    const failed = once(socket, 'error')
    socket.bind()
    expect((await failed)[0]).toMatchObject({ message: 'enough' })
    expect(socket.emit).toBe(own)
    expect(events).toContain('error')
    socket.close()
  })
})
