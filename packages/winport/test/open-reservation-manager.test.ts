import { MockKernel } from '@winport/transport-mock'
import { describe, expect, it } from 'vitest'
import { type BackendEnvironment, openTransport } from '../src/backends.js'
import { openReservationManager } from '../src/open-reservation-manager.js'

/** A Windows on which just these packages are installed. */
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

  it('lets persistent reservations be tried on the mock', async () => {
    await using manager = await openReservationManager({ transport: 'mock' })
    const range = { protocol: 'udp', startPort: 4720, count: 2 } as const
    const { token } = await manager.persistent.create(range)
    expect((await manager.persistent.lookup(range)).token).toBe(token)
  })

  it('takes a transport of the caller, and closes it with the manager', async () => {
    const kernel = new MockKernel()
    const transport = kernel.openTransport()
    const manager = await openReservationManager({ transport })
    expect(manager.transport).toBe(transport)
    await manager.acquire({ protocol: 'tcp', count: 1 })
    await manager.close()
    kernel.assertNothingHeld()
    expect(kernel.inspect().processes).toEqual([])
  })

  it.runIf(process.platform !== 'win32')('off Windows says why not, and that mock simulates', async () => {
    await expect(openReservationManager()).rejects.toMatchObject({
      code: 'ERR_RESERVATION_UNSUPPORTED',
      message: `Port reservations are a facility of Windows' kernel, and this is ${process.platform}: choose the 'mock' transport to simulate it.`,
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

  it('refuses options that are none', async () => {
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
  it('on Windows takes napi first', async () => {
    const both = windowsWith({ '@winport/transport-napi': napi, '@winport/transport-koffi': koffi })
    expect((await openTransport({}, both)).name).toBe('napi')
    expect((await openTransport({ transport: 'koffi' }, both)).name).toBe('koffi')
  })

  it('on Windows takes koffi where napi is missing or broken', async () => {
    expect((await openTransport({}, windowsWith({ '@winport/transport-koffi': koffi }))).name).toBe('koffi')
    const broken = {
      createNapiTransport: () => {
        throw new Error('no prebuild for win32-ia32')
      },
    }
    const environment = windowsWith({ '@winport/transport-napi': broken, '@winport/transport-koffi': koffi })
    expect((await openTransport({}, environment)).name).toBe('koffi')
  })

  it('with neither tells both reasons', async () => {
    await expect(openTransport({}, windowsWith({ '@winport/transport-koffi': {} }))).rejects.toMatchObject({
      code: 'ERR_RESERVATION_UNSUPPORTED',
      message:
        'No backend could be opened. The napi backend is not available: install @winport/transport-napi. ' +
        'The koffi backend is not available: it does not export createKoffiTransport.',
    })
  })

  it('does not tell to install what is installed, but lacks something', async () => {
    const importPackage = async () => {
      throw Object.assign(new Error("Cannot find package 'koffi' imported from @winport/transport-koffi"), {
        code: 'ERR_MODULE_NOT_FOUND',
      })
    }
    await expect(openTransport({ transport: 'koffi' }, { platform: 'win32', importPackage })).rejects.toThrow(
      "The koffi backend is not available: Cannot find package 'koffi'",
    )
  })

  it('by name does not fall back', async () => {
    const environment = windowsWith({ '@winport/transport-koffi': koffi })
    await expect(openTransport({ transport: 'napi' }, environment)).rejects.toMatchObject({
      code: 'ERR_RESERVATION_UNSUPPORTED',
      message: 'The napi backend is not available: install @winport/transport-napi.',
    })
  })

  it('off Windows is not even tried', async () => {
    const environment = { ...windowsWith({ '@winport/transport-napi': napi }), platform: 'darwin' } as const
    await expect(openTransport({ transport: 'napi' }, environment)).rejects.toThrow('this is darwin')
  })
})
