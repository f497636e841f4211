import type { Transport } from '@winport/transport'
import { NativeTransport, type NativeTransportOptions, resolveNativeOptions } from '@winport/transport/native'
import { loadWinsockLibrary } from './winsock-library.js'

export type KoffiTransportOptions = NativeTransportOptions

/**
 * Opens a transport over Winsock, called through koffi.
 *
 * @throws TransportUnavailableError where there is no Windows and no `libraries` are given, and for a library or
 *   function that is missing, and with the entry point `'WSPIoctl'` if the service provider cannot be started
 * @throws WinsockError if WSAStartup fails
 */
export function createKoffiTransport(options: KoffiTransportOptions = {}): Transport {
  return new NativeTransport('koffi', loadWinsockLibrary(resolveNativeOptions(options)))
}
