import { type Transport, TransportUnavailableError } from '@winport/transport'
import {
  type NativeLibraries,
  NativeTransport,
  type NativeTransportOptions,
  NativeWinsock,
  resolveNativeOptions,
  type WinsockLibraries,
} from '@winport/transport/native'
import { type Addon, type Key, loadAddon } from './addon.js'
import { NapiIpHelperCalls } from './napi-ip-helper-calls.js'
import { NapiProviderCalls, throughProvider } from './napi-provider-calls.js'
import { NapiWinsockCalls } from './napi-winsock-calls.js'

export type NapiTransportOptions = NativeTransportOptions

/** The libraries of Windows. The addon loads bare names from System32 only, without using any environment variable. */
const SYSTEM: Required<WinsockLibraries> = {
  winsock: 'ws2_32.dll',
  ipHelper: 'iphlpapi.dll',
  kernel: 'kernel32.dll',
  provider: 'mswsock.dll',
}

/**
 * Opens a transport that calls Winsock through the package's Node-API addon.
 *
 * @throws TransportUnavailableError if this is not Windows and `libraries` is not given, if the addon cannot be loaded, if
 *   a library or function is missing, and with the entry point `'WSPIoctl'` if the service provider cannot be started
 * @throws WinsockError if WSAStartup fails
 */
export function createNapiTransport(options: NapiTransportOptions = {}): Transport {
  const named = resolveNativeOptions(options)
  return new NativeTransport('napi', winsockOf(named, options.libraries === undefined))
}

const loaded = new Map<Key, NativeWinsock<Key>>()

function winsockOf(named: NativeLibraries, isSystem: boolean): NativeWinsock<Key> {
  const addon = loadAddon()
  const key = loadLibraries(addon, isSystem ? { ...named, libraries: SYSTEM } : named)
  const winsock =
    loaded.get(key) ??
    new NativeWinsock(callsOf(addon, key, named.provider), new NapiIpHelperCalls(addon, key, named.libraries.ipHelper))
  loaded.set(key, winsock)
  return winsock
}

function callsOf(addon: Addon, key: Key, provider: string | undefined): NapiWinsockCalls {
  if (provider === undefined) return new NapiWinsockCalls(addon, key)
  return new NapiWinsockCalls(throughProvider(addon), key, new NapiProviderCalls(addon, key, provider))
}

/** The key of these libraries. The same paths have the same key. */
function loadLibraries(addon: Addon, { libraries, provider }: NativeLibraries): Key {
  const paths = [libraries.winsock, libraries.ipHelper, libraries.kernel] as const
  try {
    return provider === undefined ? addon.load(...paths) : addon.load(...paths, libraries.provider ?? provider)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    // The message is "<role>: <reason>".
    const [, role = '', reason = error.message] = /^(\w+): (.*)$/s.exec(error.message) ?? []
    const path = Object.entries(libraries).find(([name]) => name === role)?.[1]
    throw new TransportUnavailableError(`The library ${path} cannot be used: ${reason}`, { cause: error })
  }
}
