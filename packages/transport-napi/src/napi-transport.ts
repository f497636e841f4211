import { isAbsolute } from 'node:path'
import { invalidArgType, outOfRange } from '@winport/definitions'
import type { Transport } from '@winport/transport'
import { NativeTransport, type NativeTransportOptions, resolveNativeOptions } from '@winport/transport/native'
import type { Addon } from './addon.js'
import { AddonLibraries } from './addon-libraries.js'
import { loadAddon } from './load-addon.js'

/** Options of {@link createNapiTransport}. */
export interface NapiTransportOptions extends NativeTransportOptions {
  /**
   * The absolute path of the addon, for programs that are bundled or packed into one file. Default: the addon in this
   * package for the platform and architecture.
   */
  readonly addon?: string | undefined
}

/**
 * Opens a transport that calls Winsock through a Node-API addon.
 *
 * @throws TypeError, RangeError for an `addon` that is not an absolute path
 * @throws TransportUnavailableError if this is not Windows and `libraries` is not given, if the addon cannot be loaded, if
 *   a library or function is missing, and with the entry point `'WSPIoctl'` if the service provider cannot be started
 * @throws WinsockError if WSAStartup fails
 */
export function createNapiTransport(options: NapiTransportOptions = {}): Transport {
  checkAddon(options.addon)
  const named = resolveNativeOptions(options, () => loadAddon(options.addon).systemDirectory())
  return new NativeTransport('napi', librariesOf(loadAddon(options.addon)).load(named))
}

const known = new Map<Addon, AddonLibraries>()

function librariesOf(addon: Addon): AddonLibraries {
  const libraries = known.get(addon) ?? new AddonLibraries(addon)
  known.set(addon, libraries)
  return libraries
}

function checkAddon(path: unknown): void {
  if (path === undefined) return
  if (typeof path !== 'string') throw invalidArgType('addon', 'of type string', path)
  if (!isAbsolute(path)) throw outOfRange('addon', 'an absolute path', path)
}
