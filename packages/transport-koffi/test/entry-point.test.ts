import { defineEntryPointTests, internalsOf } from '@winport/native-suite'
import { acquire, simulatorLibraries } from '@winport/winsock-simulator'
import { expect, it } from 'vitest'
import { koffiBackend } from './koffi-backend.js'

await defineEntryPointTests(
  koffiBackend,
  { refusedUpcalls: [1, 3, 9, 10, 13, 14] }, // for handles that are not system handles, and for other threads
)

it('does not call a provider after its cleanup', async () => {
  const transport = koffiBackend.openTransport(simulatorLibraries, 'WSPIoctl')
  expect(() => acquire(transport.openSocket({ protocol: 'tcp' }), 1)).not.toThrow()
  const { calls } = internalsOf(transport)
  await transport.close()
  const other = koffiBackend.openTransport(simulatorLibraries)
  const opened = internalsOf(other).calls.openSocket(2, 1, 6)
  expect(calls.ioctl(opened, 0x9800_0064, null, null)).toBe(-1 - 10_093)
  internalsOf(other).calls.closeSocket(opened)
  await other.close()
})
