import { once } from 'node:events'
import { createServer } from 'node:net'
import { runInNewContext } from 'node:vm'
import { MockKernel } from '@winport/transport-mock'
import { leasePorts } from '@winport/windows'
import { describe, expect, it } from 'vitest'
import type { NativeBackendName } from '../src/backend-names.js'
import { type BackendEnvironment, openTransport } from '../src/backends.js'
import { openReservationManager } from '../src/open-reservation-manager.js'

/** A Windows on which only these packages are installed. */
function windowsWith(packages: Readonly<Partial<Record<NativeBackendName, unknown>>>): BackendEnvironment {
  return {
    platform: 'win32',
    importBackend: async (name) => {
      if (name in packages) return packages[name]
      const message = `Cannot find package '@winport/transport-${name}' imported from here`
      throw Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' })
    },
  }
}

/** A Windows on which the import of every backend rejects with this error. */
function windowsThatFails(error: unknown): BackendEnvironment {
  return { platform: 'win32', importBackend: () => Promise.reject(error) }
}

function backend(factory: string, name: string) {
  return { [factory]: () => ({ name, openSocket: () => {}, close: async () => {} }) }
}

const napi = backend('createNapiTransport', 'napi')
const koffi = backend('createKoffiTransport', 'koffi')
const linux = backend('createLinuxTransport', 'linux')

describe('openReservationManager', () => {
  it('opens the mock by name', async () => {
    await using manager = await openReservationManager({ transport: 'mock' })
    expect(manager.transport.name).toBe('mock')
    await using block = await manager.acquire({ protocol: 'tcp', count: 3 })
    expect([...block]).toHaveLength(3)
  })

  it('creates persistent reservations on the mock', async () => {
    await using manager = await openReservationManager({ transport: 'mock' })
    const range = { protocol: 'udp', ...(await leasePorts(2)) } as const
    const { token } = await manager.persistent.create(range)
    expect((await manager.persistent.lookup(range)).token).toBe(token)
  })

  it('accepts a transport and closes it with the manager', async () => {
    const kernel = new MockKernel()
    const transport = kernel.openTransport()
    const manager = await openReservationManager({ transport })
    expect(manager.transport).toBe(transport)
    await manager.acquire({ protocol: 'tcp', count: 1 })
    await manager.close()
    kernel.assertNothingHeld()
    expect(kernel.inspect().processes).toEqual([])
  })

  it.runIf(process.platform === 'linux')('holds ports of this machine on Linux', async () => {
    await using manager = await openReservationManager()
    expect(manager.transport.name).toBe('linux')
    await using block = await manager.acquire({ protocol: 'tcp', count: 3 })
    const stranger = createServer().listen(block.startPort)
    const [error] = await once(stranger, 'error')
    expect(error.code).toBe('EADDRINUSE')
  })

  it('rejects where ports cannot be reserved, and points at the fallback', async () => {
    await expect(openTransport({}, { platform: 'darwin' })).rejects.toMatchObject({
      code: 'ERR_RESERVATION_UNSUPPORTED',
      message:
        'Ports can be reserved on Windows and on Linux, and this platform is darwin. ' +
        "The option { fallback: 'mock' } opens a simulation instead.",
    })
  })

  it('opens the fallback only where the system offers nothing', async () => {
    const broken = new Error('the addon is broken')
    for (const [environment, name] of [
      [{ platform: 'darwin' }, 'mock'],
      [windowsThatFails(broken), 'mock'],
      [{ ...windowsThatFails(broken), platform: 'linux' }, 'mock'],
      [windowsWith({ napi }), 'napi'],
      [{ ...windowsWith({ linux }), platform: 'linux' }, 'linux'],
    ] as const) {
      const transport = await openTransport({ fallback: 'mock' }, environment)
      expect(transport.name).toBe(name)
      await transport.close()
    }
  })

  it('refuses another fallback, and a fallback beside a transport', async () => {
    for (const options of [{ fallback: 'koffi' }, { fallback: 'mock', transport: 'mock' }]) {
      await expect(openReservationManager(options as never)).rejects.toMatchObject({
        code: 'ERR_OUT_OF_RANGE',
        message: expect.stringContaining('fallback'),
      })
    }
  })

  it.each([
    ['carrier-pigeon', 'ERR_OUT_OF_RANGE'],
    ['toString', 'ERR_OUT_OF_RANGE'],
    [7, 'ERR_INVALID_ARG_TYPE'],
    [null, 'ERR_INVALID_ARG_TYPE'],
    [{ name: 'mine' }, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses %j as a transport', async (transport, code) => {
    await expect(openReservationManager({ transport: transport as never })).rejects.toMatchObject({ code })
  })

  it('refuses unknown options and ignores those that are undefined', async () => {
    const options = { transport: 'mock', transpart: undefined } as const
    await (await openReservationManager(options)).close()
    await expect(openReservationManager({ ...options, transpart: 'koffi' } as never)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: 'The option "transpart" is unknown. The known options are transport, fallback, traceLeaks.',
    })
  })

  it('refuses invalid options', async () => {
    await expect(openReservationManager(null as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
    const traceLeaks = 'yes' as never
    const transport = new MockKernel().openTransport()
    for (const options of [{ traceLeaks }, { transport, traceLeaks }]) {
      await expect(openReservationManager(options)).rejects.toMatchObject({
        code: 'ERR_INVALID_ARG_TYPE',
        message: expect.stringMatching(/"traceLeaks" argument must be of type boolean/),
      })
    }
  })
})

describe('the choice of a native backend', () => {
  it('opens napi first', async () => {
    const both = windowsWith({ napi, koffi })
    expect((await openTransport({}, both)).name).toBe('napi')
    expect((await openTransport({ transport: 'koffi' }, both)).name).toBe('koffi')
  })

  it('opens koffi when napi is missing or broken', async () => {
    expect((await openTransport({}, windowsWith({ koffi }))).name).toBe('koffi')
    const broken = {
      createNapiTransport: () => {
        throw new Error('no prebuild for win32-ia32')
      },
    }
    const environment = windowsWith({ napi: broken, koffi })
    expect((await openTransport({}, environment)).name).toBe('koffi')
  })

  it('gives both reasons when neither can be opened', async () => {
    await expect(openTransport({}, windowsWith({ koffi: {} }))).rejects.toMatchObject({
      code: 'ERR_RESERVATION_UNSUPPORTED',
      message:
        'No backend could be opened. The napi backend is not available: install @winport/transport-napi. ' +
        'The koffi backend is not available: it does not export createKoffiTransport.',
    })
  })

  it('does not suggest to install a package whose dependency is missing', async () => {
    const error = Object.assign(new Error("Cannot find package 'koffi' imported from @winport/transport-koffi"), {
      code: 'ERR_MODULE_NOT_FOUND',
    })
    await expect(openTransport({ transport: 'koffi' }, windowsThatFails(error))).rejects.toThrow(
      "The koffi backend is not available: Cannot find package 'koffi'",
    )
  })

  it.each([
    [
      'require or webpack',
      Object.assign(new Error("Cannot find module '@winport/transport-koffi'"), { code: 'MODULE_NOT_FOUND' }),
    ],
    [
      'another realm',
      runInNewContext(
        `Object.assign(new Error("Cannot find package '@winport/transport-koffi'"), { code: 'ERR_MODULE_NOT_FOUND' })`,
      ),
    ],
  ])('recognises a missing package by the error of %s', async (_source, error) => {
    await expect(openTransport({ transport: 'koffi' }, windowsThatFails(error))).rejects.toMatchObject({
      message: 'The koffi backend is not available: install @winport/transport-koffi.',
      cause: error,
    })
  })

  it.each([
    ['a sentence', new Error('The addon cannot be loaded.'), 'The addon cannot be loaded.'],
    ['a question', new Error('Is the addon here?'), 'Is the addon here?'],
    ['several lines', new Error('Not a valid Win32 application.\r\nC:\\x.node'), 'Not a valid Win32 application.'],
    ['an error of another realm', runInNewContext(`new Error('foreign')`), 'foreign.'],
    ['a string', 'thrown', 'thrown.'],
  ])('ends the reason with one full stop when the package throws %s', async (_what, error, reason) => {
    await expect(openTransport({ transport: 'napi' }, windowsThatFails(error))).rejects.toMatchObject({
      message: `The napi backend is not available: ${reason}`,
    })
    await expect(openTransport({}, windowsThatFails(error))).rejects.toMatchObject({
      message: `No backend could be opened. The napi backend is not available: ${reason} The koffi backend is not available: ${reason}`,
    })
  })

  it('does not fall back when a backend is requested by name', async () => {
    const environment = windowsWith({ koffi })
    await expect(openTransport({ transport: 'napi' }, environment)).rejects.toMatchObject({
      code: 'ERR_RESERVATION_UNSUPPORTED',
      message: 'The napi backend is not available: install @winport/transport-napi.',
    })
  })

  it('does not load a native backend on other platforms', async () => {
    const environment = { ...windowsWith({ napi }), platform: 'darwin' } as const
    for (const [transport, system] of [
      ['napi', 'Windows'],
      ['koffi', 'Windows'],
      ['linux', 'Linux'],
    ] as const) {
      await expect(openTransport({ transport }, environment)).rejects.toThrow(
        `The ${transport} backend needs ${system}, and this platform is darwin.`,
      )
    }
  })
})
