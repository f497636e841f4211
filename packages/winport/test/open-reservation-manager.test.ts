import { MockKernel } from '@winport/transport-mock'
import { describe, expect, it } from 'vitest'
import { type BackendEnvironment, openTransport } from '../src/backends.js'
import { openReservationManager } from '../src/open-reservation-manager.js'

/** A Windows on which only these packages are installed. */
function windowsWith(packages: Readonly<Record<string, unknown>>): BackendEnvironment {
  return {
    platform: 'win32',
    importPackage: async (name) => {
      if (name in packages) return packages[name]
      throw Object.assign(new Error(`Cannot find package '${name}' imported from here`), {
        code: 'ERR_MODULE_NOT_FOUND',
      })
    },
  }
}

function backend(factory: string, name: string) {
  return { [factory]: () => ({ name, openSocket: () => {}, close: async () => {} }) }
}

const napi = backend('createNapiTransport', 'napi')
const koffi = backend('createKoffiTransport', 'koffi')

describe('openReservationManager', () => {
  it('opens the mock by name', async () => {
    await using manager = await openReservationManager({ transport: 'mock' })
    expect(manager.transport.name).toBe('mock')
    await using block = await manager.acquire({ protocol: 'tcp', count: 3 })
    expect([...block]).toHaveLength(3)
  })

  it('creates persistent reservations on the mock', async () => {
    await using manager = await openReservationManager({ transport: 'mock' })
    const range = { protocol: 'udp', startPort: 4720, count: 2 } as const
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

  it.runIf(process.platform !== 'win32')('rejects on other platforms and points at the mock', async () => {
    await expect(openReservationManager()).rejects.toMatchObject({
      code: 'ERR_RESERVATION_UNSUPPORTED',
      message: `Port reservations are a feature of Windows, and this platform is ${process.platform}. Use the 'mock' transport to simulate Windows.`,
    })
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
    const both = windowsWith({ '@winport/transport-napi': napi, '@winport/transport-koffi': koffi })
    expect((await openTransport({}, both)).name).toBe('napi')
    expect((await openTransport({ transport: 'koffi' }, both)).name).toBe('koffi')
  })

  it('opens koffi when napi is missing or broken', async () => {
    expect((await openTransport({}, windowsWith({ '@winport/transport-koffi': koffi }))).name).toBe('koffi')
    const broken = {
      createNapiTransport: () => {
        throw new Error('no prebuild for win32-ia32')
      },
    }
    const environment = windowsWith({ '@winport/transport-napi': broken, '@winport/transport-koffi': koffi })
    expect((await openTransport({}, environment)).name).toBe('koffi')
  })

  it('gives both reasons when neither can be opened', async () => {
    await expect(openTransport({}, windowsWith({ '@winport/transport-koffi': {} }))).rejects.toMatchObject({
      code: 'ERR_RESERVATION_UNSUPPORTED',
      message:
        'No backend could be opened. The napi backend is not available: install @winport/transport-napi. ' +
        'The koffi backend is not available: it does not export createKoffiTransport.',
    })
  })

  it('does not suggest to install a package whose dependency is missing', async () => {
    const importPackage = async () => {
      throw Object.assign(new Error("Cannot find package 'koffi' imported from @winport/transport-koffi"), {
        code: 'ERR_MODULE_NOT_FOUND',
      })
    }
    await expect(openTransport({ transport: 'koffi' }, { platform: 'win32', importPackage })).rejects.toThrow(
      "The koffi backend is not available: Cannot find package 'koffi'",
    )
  })

  it('does not fall back when a backend is requested by name', async () => {
    const environment = windowsWith({ '@winport/transport-koffi': koffi })
    await expect(openTransport({ transport: 'napi' }, environment)).rejects.toMatchObject({
      code: 'ERR_RESERVATION_UNSUPPORTED',
      message: 'The napi backend is not available: install @winport/transport-napi.',
    })
  })

  it('does not load a native backend on other platforms', async () => {
    const environment = { ...windowsWith({ '@winport/transport-napi': napi }), platform: 'darwin' } as const
    await expect(openTransport({ transport: 'napi' }, environment)).rejects.toThrow('this platform is darwin')
  })
})
