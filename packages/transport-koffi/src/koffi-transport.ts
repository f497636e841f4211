import { resolveWinsockLibraries, type Transport, type WinsockLibraries } from '@winport/transport'
import { NativeTransport } from '@winport/transport/native'
import { loadWinsockLibrary } from './winsock-library.js'

export interface KoffiTransportOptions {
  /** The libraries to call. Defaults to Windows' own, from System32. */
  readonly libraries?: WinsockLibraries | undefined
}

/**
 * Opens a transport over Winsock, called through koffi.
 *
 * @throws TransportUnavailableError where there is no Windows and no `libraries` are given, and for a library or
 *   function that is missing
 * @throws WinsockError if WSAStartup fails
 */
export function createKoffiTransport(options: KoffiTransportOptions = {}): Transport {
  return new NativeTransport('koffi', loadWinsockLibrary(resolveWinsockLibraries(options.libraries)))
}
