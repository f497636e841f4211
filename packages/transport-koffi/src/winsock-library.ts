import type { WinsockLibraries } from '@winport/transport'
import { NativeWinsock } from '@winport/transport/native'
import { IpHelperFunctions } from './ip-helper-functions.js'
import { KoffiIpHelperCalls } from './koffi-ip-helper-calls.js'
import { KoffiWinsockCalls } from './koffi-winsock-calls.js'
import type { OpenSocket } from './open-socket.js'
import { declareWinsockFunctions } from './winsock-functions.js'

const loaded = new Map<string, NativeWinsock<OpenSocket>>()

/**
 * The libraries with their functions declared, once for each set of them on this thread.
 *
 * @throws TransportUnavailableError for a library or function that is missing
 */
export function loadWinsockLibrary(libraries: WinsockLibraries): NativeWinsock<OpenSocket> {
  const key = JSON.stringify([libraries.winsock, libraries.ipHelper, libraries.kernel])
  const library = loaded.get(key) ?? declareLibrary(libraries)
  loaded.set(key, library)
  return library
}

function declareLibrary(libraries: WinsockLibraries): NativeWinsock<OpenSocket> {
  const winsock = declareWinsockFunctions(libraries)
  const ipHelper = new IpHelperFunctions(libraries.ipHelper)
  return new NativeWinsock(new KoffiWinsockCalls(winsock), new KoffiIpHelperCalls(ipHelper))
}
