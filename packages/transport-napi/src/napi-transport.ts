import {
  resolveWinsockLibraries,
  type Transport,
  TransportUnavailableError,
  type WinsockLibraries,
} from '@winport/transport'
import { NativeTransport, NativeWinsock } from '@winport/transport/native'
import { type Addon, type Key, loadAddon } from './addon.js'
import { NapiIpHelperCalls } from './napi-ip-helper-calls.js'
import { NapiWinsockCalls } from './napi-winsock-calls.js'

export interface NapiTransportOptions {
  /** The libraries to call. Defaults to Windows' own, from System32. */
  readonly libraries?: WinsockLibraries | undefined
}

/** Windows' own: bare names, which the addon looks for in System32 and nowhere else, whatever the environment says. */
const SYSTEM: WinsockLibraries = { winsock: 'ws2_32.dll', ipHelper: 'iphlpapi.dll', kernel: 'kernel32.dll' }

/**
 * Opens a transport over Winsock, called through the package's Node-API addon.
 *
 * @throws TransportUnavailableError where there is no Windows and no `libraries` are given, where the package has no
 *   prebuilt addon for this platform, and for a library or function that is missing
 * @throws WinsockError if WSAStartup fails
 */
export function createNapiTransport(options: NapiTransportOptions = {}): Transport {
  return new NativeTransport(
    'napi',
    winsockOf(resolveWinsockLibraries(options.libraries), options.libraries === undefined),
  )
}

const loaded = new Map<Key, NativeWinsock<Key>>()

function winsockOf(libraries: WinsockLibraries, isSystem: boolean): NativeWinsock<Key> {
  const addon = loadAddon()
  const key = loadLibraries(addon, isSystem ? SYSTEM : libraries)
  const winsock =
    loaded.get(key) ??
    new NativeWinsock(new NapiWinsockCalls(addon, key), new NapiIpHelperCalls(addon, key, libraries.ipHelper))
  loaded.set(key, winsock)
  return winsock
}

/** The key of these libraries, the same for the same paths. */
function loadLibraries(addon: Addon, libraries: WinsockLibraries): Key {
  try {
    return addon.load(libraries.winsock, libraries.ipHelper, libraries.kernel)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    // Its message begins with the library's role.
    const [, role = '', reason = error.message] = /^(\w+): (.*)$/s.exec(error.message) ?? []
    const path = Object.entries(libraries).find(([name]) => name === role)?.[1]
    throw new TransportUnavailableError(`The library ${path} cannot be used: ${reason}`, { cause: error })
  }
}
