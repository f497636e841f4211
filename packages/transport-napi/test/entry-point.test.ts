import { defineEntryPointTests, internalsOf } from '@winport/native-suite'
import { TransportUnavailableError } from '@winport/transport'
import type { WinsockLibraries } from '@winport/transport/native'
import { failureOf, simulatorLibraries } from '@winport/winsock-simulator'
import { describe, expect, it } from 'vitest'
import { BrokenProvider } from './broken-provider.js'
import { napiBackend } from './napi-backend.js'

const open = (libraries: WinsockLibraries = simulatorLibraries) => napiBackend.openTransport(libraries, 'WSPIoctl')

await defineEntryPointTests(
  napiBackend,
  // All upcalls except 4 (WPUFDIsSet), 6 (WPUModifyIFSHandle), 7 (WPUPostMessage) and 8 (WPUQueryBlockingCallback).
  { refusedUpcalls: [0, 1, 2, 3, 5, 9, 10, 11, 12, 13, 14] },
)

describe('the entry point of a napi transport, in the addon', () => {
  it('does not call a provider after its cleanup', async () => {
    const transport = open()
    const { calls } = internalsOf(transport)
    const socket = calls.openSocket(2, 1, 6)
    expect(calls.provider?.cleanUp()).toBe(0)
    expect(calls.ioctl(socket, 0x9800_0064, null, null)).toBe(-1 - 10_093)
    expect(calls.startIoctl(socket, 0x9800_0064, null, null)).toBe(-1 - 10_093)
    expect(calls.provider?.cleanUp()).toBe(-1 - 10_093)
    calls.closeSocket(socket)
    const error = await failureOf(() => transport.close())
    expect(error).toMatchObject({ code: 'WSANOTINITIALISED', syscall: 'WSPCleanup' })
  })

  it.each([
    ['OLD_VERSION', 'WSAVERNOTSUPPORTED'],
    ['NO_IOCTL', 'it has no WSPIoctl'],
  ])('rejects an unsuitable provider and cleans it up: %s', async (fault, told) => {
    using broken = new BrokenProvider(fault)
    const error = await failureOf(() => open({ ...simulatorLibraries, provider: broken.path }))
    expect(error).toBeInstanceOf(TransportUnavailableError)
    expect(error.message).toContain(broken.path)
    expect(error.message).toContain(told)
    expect(broken.startups).toBe(0)
  })

  it('does not start a provider if the handle of the thread cannot be duplicated', async () => {
    using broken = new BrokenProvider('NO_THREAD')
    const error = await failureOf(() => open({ ...simulatorLibraries, kernel: broken.path }))
    expect(error).toBeInstanceOf(TransportUnavailableError)
    expect(broken.startups).toBe(0)
  })
})
