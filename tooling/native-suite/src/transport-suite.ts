import { TransportUnavailableError, WinsockError } from '@winport/transport'
import type { WinsockLibraries } from '@winport/transport/native'
import { leasePorts } from '@winport/windows'
import {
  acquire,
  acquireAsync,
  failureOf,
  type NativeBackend,
  SimulatedCall,
  simulatorLibraries,
  simulatorPath,
  UNTIL_RELEASED,
  WinsockSimulator,
} from '@winport/winsock-simulator'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { foreignLibrary } from './foreign-library.js'
import { closeLeftOpen, internalsOf, openKnownSocket } from './native-internals.js'

/** How a transport opens, closes and fails. */
export async function defineTransportTests(backend: NativeBackend): Promise<void> {
  const ports = await leasePorts(100)
  const simulator = new WinsockSimulator(`${backend.name}-transport`, ports)
  const open = (libraries: WinsockLibraries = simulatorLibraries) => backend.openTransport(libraries)

  beforeEach(() => simulator.reset())
  afterEach(() => {
    const { openSockets, startups, pendingCalls } = simulator.counts()
    expect({ openSockets, startups, pendingCalls }).toEqual({ openSockets: 0, startups: 0, pendingCalls: 0 })
  })
  afterAll(() => simulator.destroy())

  describe(backend.factory, () => {
    it('throws on other systems than Windows and says what to do', () => {
      const create = () => backend.openTransport()
      expect(create).toThrow(TransportUnavailableError)
      expect(create).toThrow(`this platform is ${process.platform}`)
      expect(create).toThrow('mock')
    })

    it('does not load libraries along a search path', () => {
      const libraries = { ...simulatorLibraries, kernel: 'kernel32.dll' }
      expect(() => open(libraries)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }))
      expect(() => open(libraries)).toThrow('libraries.kernel')
      expect(() => open({ winsock: simulatorPath } as WinsockLibraries)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
      )
    })

    it.each(['winsock', 'ipHelper', 'kernel'] as const)('names a missing %s library', async (role) => {
      const error = await failureOf(() => open({ ...simulatorLibraries, [role]: '/no/such/library.so' }))
      expect(error.code).toBe('ERR_TRANSPORT_UNAVAILABLE')
      expect(error.message).toContain('/no/such/library.so')
      expect(error.cause).toBeInstanceOf(Error)
    })

    it.each([
      ['winsock', 'WSAStartup'],
      ['kernel', 'CancelIoEx'],
    ])('names a function that the %s library does not export', async (role, name) => {
      const error = await failureOf(() => open({ ...simulatorLibraries, [role]: foreignLibrary }))
      expect(error.code).toBe('ERR_TRANSPORT_UNAVAILABLE')
      expect(error.message).toContain(foreignLibrary)
      expect(error.message).toContain(name)
    })

    it('reports a failing WSAStartup and tries again for the next transport', async () => {
      simulator.failNext(SimulatedCall.WSASTARTUP, 10_091)
      const error = await failureOf(() => open())
      expect(error).toMatchObject({ code: 'WSASYSNOTREADY', errno: 10_091, syscall: 'WSAStartup' })
      const transport = open()
      expect(simulator.counts().startups).toBe(1)
      await transport.close()
    })
  })

  describe(`a ${backend.name} transport`, () => {
    it('starts Winsock once for all transports on the same libraries, and cleans up after the last', async () => {
      const transports = [open(), open(), open({ ...simulatorLibraries })]
      expect(simulator.counts().startups).toBe(1)
      await transports[0]?.close()
      await transports[0]?.close()
      await transports[1]?.close()
      expect(simulator.counts().startups).toBe(1)
      await transports[2]?.close()
      expect(simulator.counts().startups).toBe(0)
      expect(simulator.counts().calls[SimulatedCall.WSACLEANUP]).toBe(1)
      await open().close()
      expect(simulator.counts().calls[SimulatedCall.WSASTARTUP]).toBe(2)
    })

    it('waits for pending calls before it cleans up', async () => {
      const transport = open()
      simulator.setLatency(SimulatedCall.ACQUIRE, UNTIL_RELEASED)
      const calls = Array.from({ length: 5 }, () =>
        failureOf(() => acquireAsync(transport.openSocket({ protocol: 'tcp' }), 1)),
      )
      // This socket is closed before the transport, with its call pending.
      const early = transport.openSocket({ protocol: 'tcp' })
      calls.push(failureOf(() => acquireAsync(early, 1)))
      early.close()
      let settled = 0
      for (const call of calls) call.then(() => settled++)
      await transport.close()
      expect(settled).toBe(6)
      for (const call of calls) expect(await call).toMatchObject({ code: 'WSA_OPERATION_ABORTED' })
    })

    it('completes a running persistent call when it is closed, and cancels the next', async () => {
      simulator.setElevated(true)
      const transport = open()
      simulator.setLatency(SimulatedCall.LOOKUP_PERSISTENT, UNTIL_RELEASED)
      const range = { protocol: 'tcp', startPort: ports.startPort, count: 2 } as const
      const running = failureOf(() => transport.persistent.lookup(range))
      const waiting = failureOf(() => transport.persistent.lookup(range))
      while (simulator.pendingCalls === 0) await new Promise(setImmediate)
      const closed = transport.close()
      simulator.releasePending(1)
      await closed
      expect(await running).toMatchObject({ code: 'ERROR_NOT_FOUND' })
      expect(await waiting).toMatchObject({ code: 'ERROR_OPERATION_ABORTED' })
      const later = failureOf(() => transport.persistent.create(range))
      expect(await later).toMatchObject({
        code: 'ERROR_OPERATION_ABORTED',
        syscall: 'CreatePersistentTcpPortReservation',
      })
    })

    it('closes every socket and cleans up if one socket cannot be closed, then reports that', async () => {
      const transport = open()
      const opened = Array.from({ length: 3 }, () => openKnownSocket(transport, 'udp'))
      simulator.failNext(SimulatedCall.CLOSESOCKET, 10_050, 2)
      const error = await failureOf(() => transport.close())
      expect(error).toMatchObject({ code: 'WSAENETDOWN', syscall: 'closesocket' })
      for (const { socket } of opened) {
        expect(await failureOf(() => socket.localAddress())).toMatchObject({ code: 'WSAENOTSOCK' })
      }
      const { openSockets, startups } = simulator.counts()
      expect({ openSockets, startups }).toEqual({ openSockets: 1, startups: 0 }) // the socket that Winsock did not close
      const other = open()
      closeLeftOpen(opened[1]?.descriptor ?? -1)
      await other.close()
    })

    it('closes very many sockets in several turns of the event loop, and none can be used meanwhile', async () => {
      const transport = open()
      const sockets = Array.from({ length: 300 }, () => transport.openSocket({ protocol: 'udp' }))
      const closing = transport.close()
      expect(simulator.counts().openSockets).toBeGreaterThan(0)
      for (const socket of sockets) {
        expect(() => socket.localAddress()).toThrow(expect.objectContaining({ code: 'WSAENOTSOCK' }))
      }
      await closing
      expect(simulator.counts().openSockets).toBe(0)
    })

    it('reports a failing WSACleanup', async () => {
      const transport = open()
      simulator.failNext(SimulatedCall.WSACLEANUP, 10_050)
      expect(await failureOf(() => transport.close())).toMatchObject({ code: 'WSAENETDOWN', syscall: 'WSACleanup' })
      const other = open()
      internalsOf(transport).calls.cleanUp() // replaces the one that failed
      await other.close()
    })

    it('works without the persistent functions if its library does not export them', async () => {
      const transport = open({ ...simulatorLibraries, ipHelper: foreignLibrary })
      const range = { protocol: 'udp', startPort: ports.startPort, count: 1 } as const
      for (const [verb, call] of [
        ['Create', () => transport.persistent.create(range)],
        ['Lookup', () => transport.persistent.lookup(range)],
        ['Delete', () => transport.persistent.delete(range)],
      ] as const) {
        const error = await failureOf(call)
        expect(error).toMatchObject({ code: 'ERROR_PROC_NOT_FOUND', syscall: `${verb}PersistentUdpPortReservation` })
        expect(error.cause).toBeInstanceOf(TransportUnavailableError)
      }
      expect(acquire(transport.openSocket({ protocol: 'tcp' }), 2).NumberOfPorts).toBe(2)
      await transport.close()
    })

    it('preserves every bit of a token', async () => {
      simulator.setElevated(true)
      const transport = open()
      const tokens = Array.from({ length: 8 }, () => acquire(transport.openSocket({ protocol: 'tcp' }), 1).Token)
      for (let i = 0; i < 8; i++) {
        tokens.push(await transport.persistent.create({ protocol: 'udp', startPort: ports.startPort + i, count: 1 }))
      }
      expect(tokens.some((token) => token > 2n ** 53n)).toBe(true)
      expect(new Set(tokens).size).toBe(16)
      const looked = []
      for (let i = 0; i < 8; i++) {
        looked.push(await transport.persistent.lookup({ protocol: 'udp', startPort: ports.startPort + i, count: 1 }))
      }
      expect(looked).toEqual(tokens.slice(8))
      await transport.close()
    })

    it('reports a failing WSASocketW, and opens no socket after it is closed', async () => {
      const transport = open()
      simulator.failNext(SimulatedCall.SOCKET, 10_024)
      const error = await failureOf(() => transport.openSocket({ protocol: 'tcp' }))
      expect(error).toBeInstanceOf(WinsockError)
      expect(error).toMatchObject({ code: 'WSAEMFILE', syscall: 'WSASocketW' })
      await transport.close()
      expect(await failureOf(() => transport.openSocket({ protocol: 'tcp' }))).toMatchObject({
        code: 'WSANOTINITIALISED',
      })
    })
  })
}
