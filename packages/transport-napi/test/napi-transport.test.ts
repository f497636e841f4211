import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TransportUnavailableError, type WinsockLibraries } from '@winport/transport'
import {
  acquire,
  acquireAsync,
  failureOf,
  SimulatedCall,
  simulatorLibraries,
  UNTIL_RELEASED,
  WinsockSimulator,
} from '@winport/winsock-simulator'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadAddonOf } from '../src/addon.js'
import { createNapiTransport } from '../src/index.js'
import { asNapiTransport } from './napi-backend.js'

const simulator = new WinsockSimulator('napi-transport', { startPort: 52_000, count: 100 })
const open = (libraries: WinsockLibraries = simulatorLibraries) => createNapiTransport({ libraries })

/** A library of the system's that has nothing of Winsock's. */
const foreign = /\/\S+\/libm\.so\S*/.exec(readFileSync('/proc/self/maps', 'utf8'))?.[0] ?? 'libm was not found'

beforeEach(() => simulator.reset())
afterEach(() => {
  const { openSockets, startups, pendingCalls } = simulator.counts()
  expect({ openSockets, startups, pendingCalls }).toEqual({ openSockets: 0, startups: 0, pendingCalls: 0 })
})
afterAll(() => simulator.destroy())

describe('createNapiTransport', () => {
  it('says where there is no Windows, and what to do', () => {
    const create = () => createNapiTransport()
    expect(create).toThrow(TransportUnavailableError)
    expect(create).toThrow(`this is ${process.platform}`)
    expect(create).toThrow('mock')
  })

  it('names the platform that there is no prebuilt addon for, and points at koffi', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'winport-no-prebuilds-'))
    const error = await failureOf(() => loadAddonOf(empty))
    await rm(empty, { recursive: true })
    expect(error).toBeInstanceOf(TransportUnavailableError)
    expect(error.code).toBe('ERR_TRANSPORT_UNAVAILABLE')
    expect(error.message).toContain(`${process.platform}-${process.arch}`)
    expect(error.message).toContain('@winport/transport-koffi')
    expect(error.cause).toBeInstanceOf(Error)
  })

  it('loads nothing by a name that is looked for along a search path', () => {
    const libraries = { ...simulatorLibraries, kernel: 'kernel32.dll' }
    expect(() => open(libraries)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }))
  })

  it.each(['winsock', 'ipHelper', 'kernel'] as const)('names a %s library that is missing', async (role) => {
    const error = await failureOf(() => open({ ...simulatorLibraries, [role]: '/no/such/library.so' }))
    expect(error.code).toBe('ERR_TRANSPORT_UNAVAILABLE')
    expect(error.message).toContain('/no/such/library.so')
    expect(error.cause).toBeInstanceOf(Error)
  })

  it.each([
    ['winsock', 'WSAStartup'],
    ['kernel', 'CancelIoEx'],
  ])('names a function that the %s library lacks', async (role, name) => {
    const error = await failureOf(() => open({ ...simulatorLibraries, [role]: foreign }))
    expect(error.code).toBe('ERR_TRANSPORT_UNAVAILABLE')
    expect(error.message).toContain(foreign)
    expect(error.message).toContain(name)
  })

  it('reports a WSAStartup that fails, and starts anew the next time', async () => {
    simulator.failNext(SimulatedCall.WSASTARTUP, 10_091)
    const error = await failureOf(() => open())
    expect(error).toMatchObject({ code: 'WSASYSNOTREADY', errno: 10_091, syscall: 'WSAStartup' })
    const transport = open()
    expect(simulator.counts().startups).toBe(1)
    await transport.close()
  })
})

describe('a napi transport', () => {
  it('starts Winsock once for all of its libraries, and cleans up after the last', async () => {
    const transports = [open(), open(), open({ ...simulatorLibraries })]
    expect(simulator.counts().startups).toBe(1)
    for (const transport of transports) await transport.close()
    await transports[0]?.close()
    expect(simulator.counts().calls[SimulatedCall.WSACLEANUP]).toBe(1)
    await open().close()
    expect(simulator.counts().calls[SimulatedCall.WSASTARTUP]).toBe(2)
  })

  it('reports a WSACleanup that fails, and makes up for it', async () => {
    const transport = open()
    simulator.failNext(SimulatedCall.WSACLEANUP, 10_050)
    expect(await failureOf(() => transport.close())).toMatchObject({ code: 'WSAENETDOWN', syscall: 'WSACleanup' })
    asNapiTransport(transport).calls.cleanUp()
  })

  it('closes with calls pending: they are complete before it cleans up', async () => {
    const transport = open()
    simulator.setLatency(SimulatedCall.ACQUIRE, UNTIL_RELEASED)
    const calls = Array.from({ length: 5 }, () =>
      failureOf(() => acquireAsync(transport.openSocket({ protocol: 'tcp' }), 1)),
    )
    await transport.close()
    for (const call of calls) expect(await call).toMatchObject({ code: 'WSA_OPERATION_ABORTED' })
  })

  it('closes while a persistent call is made: that one completes, the next are given up', async () => {
    const transport = open()
    simulator.setLatency(SimulatedCall.LOOKUP_PERSISTENT, 50)
    const range = { protocol: 'tcp', startPort: 52_000, count: 2 } as const
    const running = failureOf(() => transport.persistent.lookup(range))
    const waiting = failureOf(() => transport.persistent.lookup(range))
    await new Promise((resolve) => setTimeout(resolve, 20))
    await transport.close()
    expect(await running).toMatchObject({ code: 'ERROR_NOT_FOUND' })
    expect(await waiting).toMatchObject({ code: 'ERROR_OPERATION_ABORTED' })
  })

  it('lacks the persistent functions where its library does, and is whole otherwise', async () => {
    const transport = open({ ...simulatorLibraries, ipHelper: foreign })
    const range = { protocol: 'udp', startPort: 52_000, count: 1 } as const
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

  it('keeps every bit of a token', async () => {
    simulator.setElevated(true)
    const transport = open()
    const tokens = Array.from({ length: 8 }, () => acquire(transport.openSocket({ protocol: 'tcp' }), 1).Token)
    for (let i = 0; i < 8; i++) {
      tokens.push(await transport.persistent.create({ protocol: 'udp', startPort: 52_000 + i, count: 1 }))
    }
    expect(tokens.some((token) => token > 2n ** 53n)).toBe(true)
    expect(new Set(tokens).size).toBe(16)
    await transport.close()
  })

  it('takes any Uint8Array: a part of a larger one, a Buffer, shared memory', async () => {
    const transport = open()
    const socket = transport.openSocket({ protocol: 'tcp' })
    const shared = new Uint8Array(new SharedArrayBuffer(16))
    for (const output of [new Uint8Array(40).subarray(8, 24), Buffer.alloc(16), shared]) {
      const input = Buffer.from([0, 0, 3, 0])
      for (const call of [
        () => socket.ioctl(0x9800_0064, input, output),
        () => socket.ioctlAsync(0x9800_0064, input, output),
      ]) {
        output.fill(0)
        expect(await call()).toBe(16)
        expect(output[2]).toBe(3)
      }
    }
    await transport.close()
  })
})
