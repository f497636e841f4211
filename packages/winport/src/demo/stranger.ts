import { type ConformanceProcess, TransportProcess } from '@winport/transport/conformance'
import type { WinsockLibraries } from '@winport/transport/native'
import type { MockTransport } from '@winport/transport-mock'
import { startSecondProcess } from '../machine/second-process.js'

/** Another process, which does not own the demo's block. */
export interface Stranger {
  readonly pid: number
  readonly process: ConformanceProcess
}

/** A second process of the mock. */
export function mockStranger(transport: MockTransport): Stranger {
  return { pid: transport.pid, process: new TransportProcess(transport) }
}

/** A second process of the operating system. */
export async function realStranger(backend: string, libraries: WinsockLibraries | undefined): Promise<Stranger> {
  const process = await startSecondProcess(backend, libraries)
  return { pid: process.pid, process }
}
