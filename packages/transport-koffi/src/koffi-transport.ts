import type { Transport } from '@winport/transport'
import { NativeTransport, type NativeTransportOptions, resolveNativeOptions } from '@winport/transport/native'
import { checkNativeMemory } from './native-memory.js'
import { readSystemDirectory } from './system-directory.js'
import { loadWinsockLibrary } from './winsock-library.js'

export type KoffiTransportOptions = NativeTransportOptions

/**
 * Opens a transport that calls Winsock through koffi.
 *
 * @throws TransportUnavailableError if this is not Windows and `libraries` is not given, if a library or function is
 *   missing, if the program does not allow external buffers (Electron), and with the entry point `'WSPIoctl'` if the service
 *   provider cannot be started
 * @throws WinsockError if WSAStartup fails
 */
export function createKoffiTransport(options: KoffiTransportOptions = {}): Transport {
  const named = resolveNativeOptions(options, readSystemDirectory)
  checkNativeMemory()
  return new NativeTransport('koffi', loadWinsockLibrary(named))
}
