import { TransportUnavailableError } from '@winport/transport'
import type { EntryPoint, WinsockLibraries } from '@winport/transport/native'
import { leasePorts } from '@winport/windows'
import {
  acquire,
  acquireAsync,
  failureOf,
  type NativeBackend,
  SimulatedCall,
  simulatorLibraries,
  UNTIL_RELEASED,
  WinsockSimulator,
} from '@winport/winsock-simulator'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { foreignLibrary } from './foreign-library.js'
import { internalsOf } from './native-internals.js'

export interface EntryPointExpectations {
  /** The upcalls that the backend refuses, as indices of WSPUPCALLTABLE. */
  readonly refusedUpcalls: readonly number[]
}

/** The entry point of control calls: WSAIoctl, or WSPIoctl of the service provider. */
export async function defineEntryPointTests(
  backend: NativeBackend,
  { refusedUpcalls }: EntryPointExpectations,
): Promise<void> {
  const ports = await leasePorts(100)
  const simulator = new WinsockSimulator(`${backend.name}-entry-point`, ports)
  const open = (libraries: WinsockLibraries = simulatorLibraries) => backend.openTransport(libraries, 'WSPIoctl')

  beforeEach(() => simulator.reset())
  afterEach(() => {
    const { openSockets, startups, providerStartups, pendingCalls } = simulator.counts()
    expect({ openSockets, startups, providerStartups, pendingCalls }).toEqual({
      openSockets: 0,
      startups: 0,
      providerStartups: 0,
      pendingCalls: 0,
    })
  })
  afterAll(() => simulator.destroy())

  describe(`the entry point of a ${backend.name} transport`, () => {
    it.each([
      ['WSAIoctl2', 'ERR_OUT_OF_RANGE'],
      [7, 'ERR_INVALID_ARG_TYPE'],
    ])('is checked before any library is loaded: %s', async (entryPoint, code) => {
      const libraries = { winsock: '/no', ipHelper: '/no', kernel: '/no' }
      const error = await failureOf(() => backend.openTransport(libraries, entryPoint as EntryPoint))
      expect(error.code).toBe(code)
    })

    it('is WSAIoctl by default, without a provider', async () => {
      const { winsock, ipHelper, kernel } = simulatorLibraries
      const transport = backend.openTransport({ winsock, ipHelper, kernel })
      acquire(transport.openSocket({ protocol: 'tcp' }), 1)
      await acquireAsync(transport.openSocket({ protocol: 'udp' }), 1)
      await transport.close()
      const { calls } = simulator.counts()
      expect(calls[SimulatedCall.WSAIOCTL]).toBe(2)
      expect(calls[SimulatedCall.WSPIOCTL]).toBe(0)
      expect(calls[SimulatedCall.WSPSTARTUP]).toBe(0)
      expect(calls[SimulatedCall.GETSOCKOPT]).toBe(0)
    })

    it('is WSPIoctl for every control call: blocking, overlapped, failing and cancelled', async () => {
      const transport = open()
      const socket = transport.openSocket({ protocol: 'tcp' })
      const { StartPort } = acquire(socket, 2)
      expect(StartPort).toBeGreaterThanOrEqual(ports.startPort)
      await acquireAsync(transport.openSocket({ protocol: 'udp', family: 'ipv6' }), 2)
      simulator.failNext(SimulatedCall.ACQUIRE, 10_050)
      const syscall = 'WSPIoctl(SIO_ACQUIRE_PORT_RESERVATION)'
      expect(await failureOf(() => acquire(socket, 1))).toMatchObject({ code: 'WSAENETDOWN', syscall })
      simulator.failNext(SimulatedCall.ACQUIRE, 10_013)
      expect(await failureOf(() => acquireAsync(socket, 1))).toMatchObject({ code: 'WSAEACCES', syscall })
      simulator.setLatency(SimulatedCall.ACQUIRE, UNTIL_RELEASED)
      const pending = failureOf(() => acquireAsync(socket, 1))
      socket.close()
      expect(await pending).toMatchObject({ code: 'WSA_OPERATION_ABORTED', syscall })
      expect(await failureOf(() => acquire(socket, 1))).toMatchObject({ code: 'WSAENOTSOCK', syscall })
      await transport.close()
      const { calls } = simulator.counts()
      expect(calls[SimulatedCall.WSAIOCTL]).toBe(0)
      expect(calls[SimulatedCall.WSPIOCTL]).toBe(5)
    })

    it('can differ between transports on the same libraries', async () => {
      const transports = [open(), backend.openTransport(simulatorLibraries)]
      for (const transport of transports) acquire(transport.openSocket({ protocol: 'tcp' }), 1)
      const { calls } = simulator.counts()
      expect(calls[SimulatedCall.WSAIOCTL]).toBe(1)
      expect(calls[SimulatedCall.WSPIOCTL]).toBe(1)
      for (const transport of transports) await transport.close()
    })

    it('starts its provider for the first transport and cleans it up after the last', async () => {
      const transports = [open(), open(), open({ ...simulatorLibraries })]
      expect(simulator.counts().providerStartups).toBe(1)
      for (const transport of transports) await transport.close()
      const again = open()
      acquire(again.openSocket({ protocol: 'tcp' }), 1)
      await again.close()
      const { calls } = simulator.counts()
      expect(calls[SimulatedCall.WSPSTARTUP]).toBe(2)
      expect(calls[SimulatedCall.WSPCLEANUP]).toBe(2)
    })

    it('reports why the provider does not start, and tries again for the next transport', async () => {
      simulator.failNext(SimulatedCall.WSPSTARTUP, 10_067)
      const error = await failureOf(() => open())
      expect(error).toBeInstanceOf(TransportUnavailableError)
      for (const told of [simulatorLibraries.provider, 'WSPStartup', '10067', "the default is 'WSAIoctl'"]) {
        expect(error.message).toContain(told)
      }
      expect(error.cause).toMatchObject({ errno: 10_067, syscall: 'WSPStartup' })
      const { openSockets, startups } = simulator.counts()
      expect({ openSockets, startups }).toEqual({ openSockets: 0, startups: 0 })
      await open().close()
    })

    it.each([
      [SimulatedCall.SOCKET, 'WSASocketW'],
      [SimulatedCall.GETSOCKOPT, 'getsockopt(SO_PROTOCOL_INFOW)'],
    ])(
      'reports a call that fails before the start of the provider, and leaves nothing open: %i',
      async (call, syscall) => {
        simulator.failNext(call, 10_050)
        expect(await failureOf(() => open())).toMatchObject({ code: 'WSAENETDOWN', syscall })
      },
    )

    it('reports a failing WSPCleanup, and cleans up Winsock nevertheless', async () => {
      const transport = open()
      simulator.failNext(SimulatedCall.WSPCLEANUP, 10_050)
      expect(await failureOf(() => transport.close())).toMatchObject({ code: 'WSAENETDOWN', syscall: 'WSPCleanup' })
      const { startups, providerStartups } = simulator.counts()
      expect({ startups, providerStartups }).toEqual({ startups: 0, providerStartups: 1 })
      internalsOf(transport).calls.provider?.cleanUp()
    })

    it('names a missing provider', async () => {
      const error = await failureOf(() => open({ ...simulatorLibraries, provider: '/no/such/library.so' }))
      expect(error.code).toBe('ERR_TRANSPORT_UNAVAILABLE')
      expect(error.message).toContain('/no/such/library.so')
    })

    it('names a library that is not a provider', async () => {
      const error = await failureOf(() => open({ ...simulatorLibraries, provider: foreignLibrary }))
      expect(error.code).toBe('ERR_TRANSPORT_UNAVAILABLE')
      expect(error.message).toContain(foreignLibrary)
      expect(error.message).toContain('WSPStartup')
    })

    it('requires libraries.provider', async () => {
      const { winsock, ipHelper, kernel } = simulatorLibraries
      const error = await failureOf(() => open({ winsock, ipHelper, kernel }))
      expect(error.code).toBe('ERR_INVALID_ARG_TYPE')
      expect(error.message).toContain('libraries.provider')
    })

    it('answers or refuses every upcall on a thread of the provider', async () => {
      const transport = open()
      expect(simulator.tryUpcalls()).toEqual({ wrong: [], refused: refusedUpcalls })
      await transport.close()
      expect(simulator.tryUpcalls().wrong).toEqual([]) // a provider may make upcalls after its cleanup
    })
  })
}
