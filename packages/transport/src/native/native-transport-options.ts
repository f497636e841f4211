import { invalidArgType } from '@winport/definitions'
import { type EntryPoint, resolveEntryPoint } from './entry-point.js'
import { providerUnavailable } from './provider-unavailable.js'
import { isWineLibrary } from './wine-library.js'
import { environmentSystemDirectory, resolveWinsockLibraries, type WinsockLibraries } from './winsock-libraries.js'

/** The options of a native backend. */
export interface NativeTransportOptions {
  /** The libraries to call. Default: those of Windows, from System32. */
  readonly libraries?: WinsockLibraries | undefined
  /**
   * The function that makes control calls. `'WSPIoctl'` calls the service provider below Winsock; all other calls still go to
   * Winsock. Opening the transport then starts the provider (WSPStartup), which is not possible on Wine. `'WSPIoctl'` is
   * untried with Windows' own mswsock.dll. Default: `'WSAIoctl'`.
   */
  readonly entryPoint?: EntryPoint | undefined
}

/** The libraries to load. */
export interface NativeLibraries {
  readonly libraries: WinsockLibraries
  /** The service provider's library, if the provider makes the control calls. */
  readonly provider: string | undefined
}

/**
 * Checks the options of a native backend.
 *
 * @param readSystemDirectory returns Windows' system directory; called only if `libraries` is absent. A backend should pass
 *   GetSystemDirectoryW. Default: the environment's.
 * @throws TypeError, RangeError for an unknown entry point, a path that is not absolute, and libraries without the `provider`
 *   that the entry point needs
 * @throws TransportUnavailableError if there are no libraries to load on this platform, and for Wine's provider
 */
export function resolveNativeOptions(
  options: NativeTransportOptions,
  readSystemDirectory: () => string = () => environmentSystemDirectory(process.env),
): NativeLibraries {
  const entryPoint = resolveEntryPoint(options.entryPoint)
  const libraries = resolveWinsockLibraries(options.libraries, readSystemDirectory)
  if (entryPoint === 'WSAIoctl') return { libraries, provider: undefined }
  const { provider } = libraries
  if (provider === undefined) {
    throw invalidArgType('libraries.provider', "of type string where entryPoint is 'WSPIoctl'", provider)
  }
  if (isWineLibrary(provider)) {
    throw providerUnavailable(provider, 'it is a library of Wine, whose WSPStartup is a stub that ends the process')
  }
  return { libraries, provider }
}
