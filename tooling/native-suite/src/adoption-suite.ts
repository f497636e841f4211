import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { AdoptionUnsupportedError } from '@winport/transport'
import { newServerHandle } from '@winport/transport/backend'
import {
  acquire,
  acquireAsync,
  failureOf,
  type NativeBackend,
  openBound,
  SimulatedCall,
  UNTIL_RELEASED,
} from '@winport/winsock-simulator'
import { describe, expect, it } from 'vitest'
import { openBoundAs } from './native-internals.js'
import { openDescriptors } from './open-descriptors.js'
import { transportPerTest } from './transport-per-test.js'

/** The adoption of sockets by Node.js. */
export async function defineAdoptionTests(backend: NativeBackend): Promise<void> {
  const per = await transportPerTest(backend, 'adoption', 200)
  const { simulator } = per

  const closesockets = () => simulator.counts().calls[SimulatedCall.CLOSESOCKET]

  describe('adoption', () => {
    it('leaves closing to Node: each socket is closed once, by its owner', async () => {
      const { Token } = acquire(per.transport.openSocket({ protocol: 'tcp' }), 4)
      const socket = openBound(per.transport, 'tcp', Token)
      const { port } = socket.localAddress()
      const server = createServer((connection) => connection.end('served'))
      await socket.listen(server)
      expect(openDescriptors()).toBe(per.descriptors + 2)
      socket.close()
      await per.transport.close()
      expect(closesockets()).toBe(1) // the anchor
      expect(await text(connect(port, '127.0.0.1'))).toBe('served')
      server.close()
      await once(server, 'close')
      expect(closesockets()).toBe(1)
    })

    it.each(['listen', 'adopt'] as const)('%s rejects for an unbound socket and leaves it open', async (call) => {
      const socket = per.transport.openSocket({ protocol: call === 'adopt' ? 'udp' : 'tcp' })
      const adopt = {
        listen: () => socket.listen(createServer()),
        adopt: () => socket.adopt(createSocket('udp4')),
      }[call]
      expect(await failureOf(adopt)).toMatchObject({ code: 'WSAEINVAL', syscall: call })
      socket.bind({ address: '127.0.0.1', port: 0 })
      expect(socket.localAddress().port).toBeGreaterThan(0)
    })

    it('closes the socket if libuv refuses it', async () => {
      const socket = openBound(per.transport)
      const { port } = socket.localAddress()
      // libuv accepts a TCP socket as a UDP socket, but no system accepts a closed descriptor.
      const twin = openBoundAs(per.transport, 0x7fff_fff0)
      const error = await failureOf(() => twin.listen(createServer()))
      expect(error).toMatchObject({ code: 'EBADF', syscall: 'open' })
      expect(closesockets()).toBe(1)
      expect(await failureOf(() => twin.localAddress())).toMatchObject({ code: 'WSAENOTSOCK' })
      twin.close()
      expect(closesockets()).toBe(1)
      expect(socket.localAddress().port).toBe(port)
    })

    it.each([2 ** 31, 2 ** 40, 2n ** 63n - 1n])(
      'closes a SOCKET that is out of the range of Node: %s',
      async (descriptor) => {
        const error = await failureOf(() => openBoundAs(per.transport, descriptor).listen(createServer()))
        expect(error).toBeInstanceOf(AdoptionUnsupportedError)
        expect(error.message).toContain(String(descriptor))
        expect(closesockets()).toBe(1)
      },
    )

    it('closes the socket and frees its port if the server cannot listen', async () => {
      const taken = createServer().listen(0, '127.0.0.1')
      await once(taken, 'listening')
      const socket = openBound(per.transport)
      const { port } = socket.localAddress()
      expect(await failureOf(() => socket.listen(taken))).toMatchObject({ code: 'ERR_SERVER_ALREADY_LISTEN' })
      expect(closesockets()).toBe(0) // Node closed it
      per.transport.openSocket({ protocol: 'tcp' }).bind({ address: '127.0.0.1', port })
      taken.close()
      await once(taken, 'close')
    })

    it('closes the socket if the dgram socket is already bound', async () => {
      const taken = createSocket('udp4').bind(0, '127.0.0.1')
      await once(taken, 'listening')
      const socket = openBound(per.transport, 'udp')
      expect(await failureOf(() => socket.adopt(taken))).toMatchObject({ code: 'ERR_SOCKET_ALREADY_BOUND' })
      taken.close()
      await once(taken, 'close')
    })

    it('adoptInto refuses a socket with pending calls, and closes it', async () => {
      const socket = openBound(per.transport)
      simulator.setLatency(SimulatedCall.ACQUIRE, UNTIL_RELEASED)
      const call = acquireAsync(socket, 2)
      simulator.setLatency(SimulatedCall.ACQUIRE, 0)
      const handle = newServerHandle()
      expect(await failureOf(() => socket.adoptInto(handle))).toMatchObject({
        code: 'WSAEINPROGRESS',
        syscall: 'adoptInto',
      })
      handle.close()
      expect(await failureOf(() => call)).toMatchObject({ code: 'WSA_OPERATION_ABORTED' })
      expect(closesockets()).toBe(1)
    })

    it('adoptInto closes the socket if libuv refuses it', async () => {
      const twin = openBoundAs(per.transport, 0x7fff_fff0)
      const handle = newServerHandle()
      expect(await failureOf(() => twin.adoptInto(handle))).toMatchObject({ code: 'EBADF', syscall: 'open' })
      handle.close()
      expect(closesockets()).toBe(1)
    })

    it('waits for the pending calls on the socket', async () => {
      const socket = openBound(per.transport)
      simulator.setLatency(SimulatedCall.ACQUIRE, UNTIL_RELEASED)
      const call = acquireAsync(socket, 2)
      simulator.setLatency(SimulatedCall.ACQUIRE, 0)
      const server = createServer()
      let listening = false
      const adopted = socket.listen(server).then(() => {
        listening = true
      })
      expect(await failureOf(() => socket.localAddress())).toMatchObject({ code: 'WSAENOTSOCK' })
      await new Promise((resolve) => setTimeout(resolve, 30))
      expect(listening).toBe(false)
      simulator.releasePending(1)
      expect((await call).NumberOfPorts).toBe(2)
      await adopted
      expect(server.listening).toBe(true)
      server.close()
      await once(server, 'close')
    })
  })
}
