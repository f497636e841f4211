import { INET_PORT_RANGE, INET_PORT_RESERVATION_INSTANCE, SIO_ACQUIRE_PORT_RESERVATION } from '@winport/definitions'
import type { Protocol, Transport } from '@winport/transport'
import { isSystemCallError } from '@winport/transport/backend'
import type { Probe } from './port-explanation.js'

/** Reserves the port for a moment. @throws AbortError if the signal aborts */
export async function probeReserve(
  transport: Transport,
  protocol: Protocol,
  port: number,
  signal?: AbortSignal,
): Promise<Probe> {
  return { how: 'reserve', address: null, result: await reserveThrough(transport, protocol, port, signal) }
}

async function reserveThrough(
  transport: Transport,
  protocol: Protocol,
  port: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  const request = new Uint8Array(INET_PORT_RANGE.size)
  INET_PORT_RANGE.encode({ StartPort: port, NumberOfPorts: 1 }, request)
  const answer = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)
  try {
    using socket = transport.openSocket({ protocol }) // closing it ends the reservation
    await socket.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, request, answer, { signal })
    return 'ok'
  } catch (error) {
    if (!isSystemCallError(error)) throw error
    return error.code
  }
}
