import { INET_PORT_RANGE, INET_PORT_RESERVATION_INSTANCE, SIO_ACQUIRE_PORT_RESERVATION } from '@winport/definitions'
import type { Transport, WinsockSocket } from '@winport/transport'
import { type NativeBackend, type SimulatedCall, simulatorLibraries, simulatorPath } from '@winport/winsock-simulator'
import koffi, { type LibraryHandle } from 'koffi'

// The control functions of the simulator that programs need. They work in threads too: they use the pool that
// WINSOCK_SIMULATOR_POOL names, and do not reset it. They load the simulator when they are called: programs that use the
// Winsock of the machine run where there is none.

export function setLatency(call: SimulatedCall, milliseconds: number): void {
  control('SetLatency(int32_t call, uint32_t milliseconds)', call, milliseconds)
}

export function releasePending(count: number): number {
  return control('ReleasePending(uint32_t count)', count)
}

export function pendingCount(): number {
  return control('PendingCount()')
}

const functions = new Map<string, ReturnType<LibraryHandle['func']>>()

function control(prototype: string, ...passed: readonly (number | Uint32Array)[]): number {
  const declared = functions.get(prototype) ?? koffi.load(simulatorPath).func(`uint32_t WinsockSimulator_${prototype}`)
  functions.set(prototype, declared)
  return declared(...passed)
}

export interface ProgramCounts {
  readonly openSockets: number
  readonly runtimeReservations: number
  readonly pendingCalls: number
  readonly startups: number
}

export function counts(): ProgramCounts {
  const result = new Uint32Array(288 / 4)
  control('Counts(void *result)', result)
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
