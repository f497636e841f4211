import { type NativeLibraries, NativeWinsock } from '@winport/transport/native'
import { IpHelperFunctions } from './ip-helper-functions.js'
import { KoffiIpHelperCalls } from './koffi-ip-helper-calls.js'
import { KoffiProviderCalls } from './koffi-provider-calls.js'
import { KoffiSocketTableCalls } from './koffi-socket-table-calls.js'
import { KoffiWinsockCalls } from './koffi-winsock-calls.js'
import type { OpenSocket } from './open-socket.js'
import { declareProviderFunctions } from './provider-functions.js'
import { SocketTableFunctions } from './socket-table-functions.js'
import { declareWinsockFunctions } from './winsock-functions.js'

const loaded = new Map<string, NativeWinsock<OpenSocket>>()

/**
 * Loads the libraries and declares their functions, once per thread for each set of libraries.
 *
 * @throws TransportUnavailableError if a library or function is missing
 */
export function loadWinsockLibrary(named: NativeLibraries): NativeWinsock<OpenSocket> {
  const { libraries, provider } = named
  const key = JSON.stringify([libraries.winsock, libraries.ipHelper, libraries.kernel, provider, libraries.security])
  const library = loaded.get(key) ?? declareLibrary(named)
  loaded.set(key, library)
  return library
}

function declareLibrary({ libraries, provider }: NativeLibraries): NativeWinsock<OpenSocket> {
  const ipHelper = new KoffiIpHelperCalls(new IpHelperFunctions(libraries.ipHelper))
  const functions = new SocketTableFunctions(libraries.ipHelper, libraries.kernel, libraries.security)
  const socketTable = new KoffiSocketTableCalls(functions)
  const winsock = declareWinsockFunctions(libraries)
  if (provider === undefined) return new NativeWinsock(new KoffiWinsockCalls(winsock), ipHelper, socketTable)
  const calls = new KoffiProviderCalls(provider, declareProviderFunctions(libraries, provider), winsock)
  const { ioctl, ioctlError } = calls
  return new NativeWinsock(new KoffiWinsockCalls({ ...winsock, ioctl, ioctlError }, calls), ipHelper, socketTable)
}
