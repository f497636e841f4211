// For scripts that run as processes and workers of their own, in plain Node.js: the compiled backend on the simulator.
// WINSOCK_SIMULATOR_POOL is set by whoever starts them.
import { INET_PORT_RANGE, SIO_ACQUIRE_PORT_RESERVATION } from '@winport/definitions'
import { simulatorPath } from '@winport/winsock-simulator'
import koffi from 'koffi'
import { createNapiTransport } from '../dist/index.js'

const library = koffi.load(simulatorPath)

export const ACQUIRE = 3
export const UNTIL_RELEASED = 0xffff_ffff
export const setLatency = library.func('uint32_t WinsockSimulator_SetLatency(int32_t call, uint32_t milliseconds)')
export const releasePending = library.func('uint32_t WinsockSimulator_ReleasePending(uint32_t count)')
export const pendingCount = library.func('uint32_t WinsockSimulator_PendingCount()')

const countsOf = library.func('uint32_t WinsockSimulator_Counts(void *result)')

export function counts() {
  const result = new Uint32Array(288 / 4)
  countsOf(result)
  const [openSockets, , runtimeReservations, , , pendingCalls, startups] = result
  return { openSockets, runtimeReservations, pendingCalls, startups }
}

export const libraries = { winsock: simulatorPath, ipHelper: simulatorPath, kernel: simulatorPath }

export function openTransport() {
  return createNapiTransport({ libraries })
}

/** The buffers of an ACQUIRE of some ports of the kernel's choice. */
export function acquireBuffers(count) {
  const input = new Uint8Array(INET_PORT_RANGE.size)
  INET_PORT_RANGE.encode({ StartPort: 0, NumberOfPorts: count }, input)
  return { input, output: new Uint8Array(16) }
}

/** Starts an ACQUIRE, the buffers of which nobody else keeps; resolves to the output. */
export async function acquire(socket, count) {
  const { input, output } = acquireBuffers(count)
  await socket.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, input, output)
  return output
}
