import { SIO_ACQUIRE_PORT_RESERVATION, SIO_ASSOCIATE_PORT_RESERVATION } from '@winport/definitions'
import {
  acquire,
  acquireAsync,
  encodeRange,
  encodeToken,
  failureOf,
  type NativeBackend,
  SimulatedCall,
} from '@winport/winsock-simulator'
import { describe, expect, it } from 'vitest'
import { closeLeftOpen, openKnownSocket } from './native-internals.js'
import { transportPerTest } from './transport-per-test.js'

/** The calls of a socket. */
export async function defineSocketTests(backend: NativeBackend): Promise<void> {
  const per = await transportPerTest(backend, 'socket', 200)
  const { simulator } = per

  describe(`a ${backend.name} socket`, () => {
    it("accepts IPv4 too when bound to '::' in any notation, and uses a port once", () => {
      for (const address of ['::', '0:0:0:0:0:0:0:0']) {
        const dual = per.transport.openSocket({ protocol: 'tcp', family: 'ipv6' })
        dual.bind({ address, port: 0 })
        const { port } = dual.localAddress()
        const ipv4 = per.transport.openSocket({ protocol: 'tcp' })
        expect(() => ipv4.bind({ address: '0.0.0.0', port })).toThrow(
          expect.objectContaining({ code: 'WSAEADDRINUSE' }),
        )
      }
    })

    it("binds to '::' without IPv4 if dual-stack mode is unavailable, as libuv does", () => {
      const socket = per.transport.openSocket({ protocol: 'tcp', family: 'ipv6' })
      simulator.failNext(SimulatedCall.SETSOCKOPT, 10_042)
      socket.bind({ address: '::', port: 0 })
      expect(socket.localAddress()).toMatchObject({ address: '::', family: 'IPv6' })
    })

    it.each([
      ['bind', SimulatedCall.BIND],
      ['getsockname', SimulatedCall.GETSOCKNAME],
    ] as const)('reports a failing %s and stays open', (syscall, call) => {
      const socket = per.transport.openSocket({ protocol: 'tcp' })
      if (syscall === 'getsockname') socket.bind({ address: '127.0.0.1', port: 0 })
      simulator.failNext(call, 10_050)
      const attempt = () =>
        syscall === 'bind' ? socket.bind({ address: '127.0.0.1', port: 0 }) : void socket.localAddress()
      expect(attempt).toThrow(expect.objectContaining({ code: 'WSAENETDOWN', errno: 10_050, syscall }))
      attempt()
      expect(socket.localAddress().port).toBeGreaterThan(0)
    })

    it.each(['tcp', 'udp'] as const)('keeps the port of an exclusive %s socket from every other socket', (protocol) => {
      const [first, second] = [0, 0].map(() => per.transport.openSocket({ protocol }))
      const exclusive = { exclusiveAddressUse: true }
      first?.bind({ address: '0.0.0.0', port: 0 }, exclusive)
      const { port = 0 } = first?.localAddress() ?? {}
      const refused = expect.objectContaining({ code: expect.stringMatching(/^WSAE(ADDRINUSE|ACCES)$/) })
      for (const options of [undefined, exclusive, ...(protocol === 'udp' ? [{ reuseAddr: true }] : [])]) {
        for (const address of ['0.0.0.0', '127.0.0.1']) {
          expect(() => second?.bind({ address, port }, options)).toThrow(refused)
        }
      }
      first?.close()
      second?.bind({ address: '127.0.0.1', port }, exclusive)
      expect(second?.localAddress().port).toBe(port)
    })

    it('does not bind a socket that cannot be made exclusive', () => {
      const socket = per.transport.openSocket({ protocol: 'tcp' })
      simulator.failNext(SimulatedCall.SETSOCKOPT, 10_022)
      expect(() => socket.bind({ address: '127.0.0.1', port: 0 }, { exclusiveAddressUse: true })).toThrow(
        expect.objectContaining({ code: 'WSAEINVAL', syscall: 'setsockopt' }),
      )
      expect(() => socket.localAddress()).toThrow(expect.objectContaining({ code: 'WSAEINVAL' }))
    })

    it('does not repeat a failing closesocket', () => {
      const { socket, descriptor } = openKnownSocket(per.transport, 'tcp')
      simulator.failNext(SimulatedCall.CLOSESOCKET, 10_038)
      expect(() => socket.close()).toThrow(expect.objectContaining({ code: 'WSAENOTSOCK', syscall: 'closesocket' }))
      socket.close()
      expect(simulator.counts().calls[SimulatedCall.CLOSESOCKET]).toBe(1)
      closeLeftOpen(descriptor)
    })

    it('reports the error of its own call when another call fails in between', async () => {
      const [first, second] = [
        per.transport.openSocket({ protocol: 'tcp' }),
        per.transport.openSocket({ protocol: 'udp' }),
      ]
      simulator.failNext(SimulatedCall.ACQUIRE, 10_013)
      const failed = failureOf(() => acquire(first, 1))
      expect(() => second.localAddress()).toThrow(expect.objectContaining({ code: 'WSAEINVAL' }))
      expect(await failed).toMatchObject({ errno: 10_013 })
    })

    it('passes null as NULL and an empty buffer as a buffer of length 0', () => {
      const socket = per.transport.openSocket({ protocol: 'tcp' })
      const { Token } = acquire(socket, 1)
      expect(socket.ioctl(SIO_ASSOCIATE_PORT_RESERVATION, encodeToken(Token), new Uint8Array(0))).toBe(0)
      expect(() => socket.ioctl(SIO_ASSOCIATE_PORT_RESERVATION, null, null)).toThrow(/WSAE(FAULT|INVAL)/)
    })

    it('takes any Uint8Array: a part of a larger array, a Buffer, shared memory', async () => {
      const socket = per.transport.openSocket({ protocol: 'tcp' })
      const shared = new Uint8Array(new SharedArrayBuffer(16))
      for (const output of [new Uint8Array(40).subarray(8, 24), Buffer.alloc(16), shared]) {
        for (const call of [
          () => socket.ioctl(SIO_ACQUIRE_PORT_RESERVATION, Buffer.from(encodeRange(0, 3)), output),
          () => socket.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, Buffer.from(encodeRange(0, 3)), output),
        ]) {
          output.fill(0)
          expect(await call()).toBe(16)
          expect(output[2]).toBe(3)
        }
      }
    })

    it('makes blocking and overlapped calls with the same result', async () => {
      const socket = per.transport.openSocket({ protocol: 'udp' })
      const blocking = acquire(socket, 4)
      const overlapped = await acquireAsync(socket, 4)
      expect(overlapped.NumberOfPorts).toBe(blocking.NumberOfPorts)
      expect(overlapped.Token).not.toBe(blocking.Token)
    })
  })
}
