// Uses every package, under the strictest compiler options.
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { INET_PORT_RANGE, WSAEADDRINUSE, winsockError } from '@winport/definitions'
import { explainPort, type PortExplanation } from '@winport/doctor'
import { ReservationError, type ReservationErrorCode, ReservationManager } from '@winport/manager'
import { type PortRange, type Transport, WinsockError, type WinsockSocket } from '@winport/transport'
import { type ConformanceReport, type ConformanceTarget, runConformance } from '@winport/transport/conformance'
import { createKoffiTransport, type KoffiTransportOptions } from '@winport/transport-koffi'
import { createLinuxTransport, type LinuxTransportOptions } from '@winport/transport-linux'
import { MockKernel } from '@winport/transport-mock'
import { createNapiTransport, type NapiTransportOptions } from '@winport/transport-napi'
import { type AcquireOptions, type BackendName, openReservationManager, type RuntimeReservation } from 'winport'

export async function serve(transport: BackendName | Transport, request: AcquireOptions): Promise<readonly number[]> {
  const manager = await openReservationManager({ transport })
  const block: RuntimeReservation = await manager.acquire(request)
  const { port } = await block.listen(createServer(), { host: '127.0.0.1' })
  await block.bind(createSocket('udp4'), { port })
  const range: PortRange = await manager.persistent.lookup({ protocol: 'udp', startPort: port, count: 1 })
  const token: bigint = block.token
  await block[Symbol.asyncDispose]()
  await manager.close()
  return [...block, range.startPort, Number(token)]
}

export function openNative(
  koffi: KoffiTransportOptions,
  napi: NapiTransportOptions,
  linux: LinuxTransportOptions,
): readonly Transport[] {
  return [
    createKoffiTransport(koffi),
    createNapiTransport(napi),
    createLinuxTransport(linux),
    new MockKernel().openTransport({ elevated: true }),
  ]
}

export function describeError(error: unknown): ReservationErrorCode | string | undefined {
  if (error instanceof ReservationError) return error.code
  if (error instanceof WinsockError) return `${error.syscall} ${error.errno === WSAEADDRINUSE}`
  return winsockError(10_048)?.name
}

export async function explain(transport: Transport, block: RuntimeReservation): Promise<PortExplanation> {
  return await explainPort({ protocol: 'tcp', port: block.startPort, transport, held: [block] })
}

export async function acquireByHand(socket: WinsockSocket): Promise<number> {
  const input = new Uint8Array(INET_PORT_RANGE.size)
  INET_PORT_RANGE.encode({ StartPort: 5000, NumberOfPorts: 2 }, input)
  return await socket.ioctlAsync(0x9800_0064, input, new Uint8Array(16))
}

export async function prove(target: ConformanceTarget): Promise<ConformanceReport> {
  await new ReservationManager({ transport: new MockKernel().openTransport() }).close()
  return await runConformance(target)
}
