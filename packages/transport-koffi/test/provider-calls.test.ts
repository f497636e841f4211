import { TransportUnavailableError } from '@winport/transport'
import { leasePorts } from '@winport/windows'
import { failureOf, simulatorLibraries, simulatorPath, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { KoffiProviderCalls } from '../src/koffi-provider-calls.js'
import { declareProviderFunctions, type ProviderFunctions } from '../src/provider-functions.js'
import { machineCodeFor, writeUpcallAnswers } from '../src/upcall-code.js'
import { declareWinsockFunctions } from '../src/winsock-functions.js'

const simulator = new WinsockSimulator('koffi-provider-calls', await leasePorts(10))
const winsock = declareWinsockFunctions(simulatorLibraries)
const functions = declareProviderFunctions(simulatorLibraries, simulatorPath)
let handles = 0

beforeEach(() => {
  handles = 0
})
afterAll(() => simulator.destroy())

/** A provider that calls `functions`, some of them replaced, and counts the handles that it duplicates. */
function provider(replaced: Partial<ProviderFunctions>): KoffiProviderCalls {
  const counted: Partial<ProviderFunctions> = {
    DuplicateHandle: (...passed) => {
      handles += 1
      return functions.DuplicateHandle(...passed)
    },
    CloseHandle: (handle) => {
      handles -= 1
      return functions.CloseHandle(handle)
    },
  }
  return new KoffiProviderCalls('/the/provider', { ...functions, ...counted, ...replaced }, winsock)
}

const info = new Uint8Array(628)
const CLEANUP = 5
const IOCTL = 16

describe('starting a provider through koffi', () => {
  it.each([
    ['an older version', 0x0102, [CLEANUP, IOCTL], 10_092, 1],
    ['no WSPIoctl', 0x0202, [CLEANUP], 127, 1],
    ['neither WSPIoctl nor WSPCleanup', 0x0202, [], 127, 0],
  ])('undoes the start of a provider with %s', (_, version, entries, errno, cleanups) => {
    let cleaned = 0
    const calls = provider({
      WSPStartup: (_version, data, _info, _upcalls, table) => {
        new DataView(data.buffer).setUint16(0, version, true)
        for (const entry of entries) table[entry] = 1n
        return 0
      },
      WSPCleanupAt: () => () => {
        cleaned += 1
        return 0
      },
    })
    expect(calls.startUp(info)).toBe(-1 - errno)
    expect(cleaned).toBe(cleanups)
    expect(handles).toBe(0)
    expect(calls.ioctl(1, 0, 0n, 0, 0n, 0, new Uint32Array(1), 0n, 0n)).toBe(-1)
    expect(calls.ioctlError()).toBe(10_093)
  })

  it('returns the error of WSPStartup and closes the handle of the thread', () => {
    expect(provider({ WSPStartup: () => 10_067 }).startUp(info)).toBe(-1 - 10_067)
    expect(handles).toBe(0)
  })

  it('reports that the handle of the thread cannot be duplicated', async () => {
    let started = 0
    const calls = provider({ DuplicateHandle: () => 0, WSPStartup: () => started++ })
    expect(await failureOf(() => calls.startUp(info))).toMatchObject({ syscall: 'DuplicateHandle' })
    expect(started).toBe(0)
  })
})

describe('the machine code for upcalls', () => {
  it.each([
    ['refuses memory', { VirtualAlloc: () => null }, 'VirtualAlloc'],
    ['forbids code that is made at run time', { VirtualProtect: () => 0 }, 'VirtualProtect'],
  ])('is reported as missing if the system %s', async (_, replaced, told) => {
    const error = await failureOf(() => writeUpcallAnswers({ ...functions, ...replaced }))
    expect(error).toBeInstanceOf(TransportUnavailableError)
    expect(error.message).toContain(told)
  })

  it('exists for x64 and arm64 only', async () => {
    for (const platform of ['win32', 'linux']) {
      for (const arch of ['x64', 'arm64']) expect(Object.keys(machineCodeFor(platform, arch))).toHaveLength(6)
    }
    const error = await failureOf(() => machineCodeFor('win32', 'ia32'))
    expect(error).toBeInstanceOf(TransportUnavailableError)
    expect(error.message).toContain('@winport/transport-napi')
  })
})
