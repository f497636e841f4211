import type { Transport } from '@winport/transport'
import { NativeTransport } from '@winport/transport/native'
import { simulatorLibraries } from '@winport/winsock-simulator'
import { expect, it } from 'vitest'
import { createKoffiTransport } from '../src/index.js'

it('declares its functions once for all transports with the same libraries', async () => {
  const transports = [simulatorLibraries, { ...simulatorLibraries }].map((libraries) =>
    createKoffiTransport({ libraries }),
  )
  const [first, second] = transports.map(winsockOf)
  expect(first).toBe(second)
  for (const transport of transports) await transport.close()
})

/** The object that calls the functions. */
function winsockOf(transport: Transport): unknown {
  if (transport instanceof NativeTransport) return transport.winsock
  throw new TypeError('The transport is not native')
}
