import { INET_PORT_RANGE, INET_PORT_RESERVATION_INSTANCE, SIO_ACQUIRE_PORT_RESERVATION } from '@winport/definitions'
import type { Transport, WinsockSocket } from '@winport/transport'
import { type NativeBackend, type SimulatedCall, simulatorLibraries, simulatorPath } from '@winport/winsock-simulator'
import koffi from 'koffi'

// The control functions of the simulator that programs need. They work in threads too: they use the pool that
// WINSOCK_SIMULATOR_POOL names, and do not reset it.

const library = koffi.load(simulatorPath)

export const setLatency: (call: SimulatedCall, milliseconds: number) => number = library.func(
  'uint32_t WinsockSimulator_SetLatency(int32_t call, uint32_t milliseconds)',
)
export const releasePending: (count: number) => number = library.func(
  'uint32_t WinsockSimulator_ReleasePending(uint32_t count)',
)
export const pendingCount: () => number = library.func('uint32_t WinsockSimulator_PendingCount()')

const countsOf = library.func('uint32_t WinsockSimulator_Counts(void *result)')

export interface ProgramCounts {
  readonly openSockets: number
  readonly runtimeReservations: number
  readonly pendingCalls: number
  readonly startups: number
}

export function counts(): ProgramCounts {
  const result = new Uint32Array(288 / 4)
  countsOf(result)
  const [openSockets = 0, , runtimeReservations = 0, , , pendingCalls = 0, startups = 0] = result
  return { openSockets, runtimeReservations, pendingCalls, startups }
}

export function openTransport(backend: Pick<NativeBackend, 'openTransport'>): Transport {
  return backend.openTransport(simulatorLibraries)
}

/** The buffers of a wildcard ACQUIRE. */
export function acquireBuffers(count: number): { readonly input: Uint8Array; readonly output: Uint8Array } {
  const input = new Uint8Array(INET_PORT_RANGE.size)
  INET_PORT_RANGE.encode({ StartPort: 0, NumberOfPorts: count }, input)
  return { input, output: new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size) }
}

/** Makes an overlapped wildcard ACQUIRE and keeps no reference to its buffers. Resolves to the number of granted ports. */
export async function acquire(socket: WinsockSocket, count: number): Promise<number> {
  const { input, output } = acquireBuffers(count)
  await socket.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, input, output)
  return INET_PORT_RESERVATION_INSTANCE.decode(output).NumberOfPorts
}
