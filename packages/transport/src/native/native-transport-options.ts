import { invalidArgType } from '@winport/definitions'
import { type EntryPoint, resolveEntryPoint } from './entry-point.js'
import { providerUnavailable } from './provider-unavailable.js'
import { isWineLibrary } from './wine-library.js'
import { resolveWinsockLibraries, type WinsockLibraries } from './winsock-libraries.js'

/** What a native backend can be told. */
export interface NativeTransportOptions {
  /** The libraries to call. Defaults to Windows' own, from System32. */
  readonly libraries?: WinsockLibraries | undefined
  /**
   * What control calls are made through: `'WSAIoctl'`, unless told, or `'WSPIoctl'`, which asks the service provider below
   * Winsock itself. Everything else stays Winsock's. The provider is started for it (WSPStartup) when the transport is
   * opened; on Wine there is none. It was never tried on a real mswsock.dll.
   */
  readonly entryPoint?: EntryPoint | undefined
}

/** What is to be loaded. */
export interface NativeLibraries {
  readonly libraries: WinsockLibraries
  /** The service provider's library, if control calls are to go through it. */
  readonly provider: string | undefined
}

/**
 * Checks what a native backend is told, before anything is loaded.
 *
 * @throws TypeError, RangeError for an entry point that is none, a path that is not absolute, and libraries without a
 *   `provider` where the entry point needs it
 * @throws TransportUnavailableError without libraries where there is no Windows, and for a provider that is Wine's
 */
export function resolveNativeOptions(options: NativeTransportOptions): NativeLibraries {
  const entryPoint = resolveEntryPoint(options.entryPoint)
  const libraries = resolveWinsockLibraries(options.libraries)
  if (entryPoint === 'WSAIoctl') return { libraries, provider: undefined }
  const { provider } = libraries
  if (provider === undefined) {
    throw invalidArgType('libraries.provider', "of type string where entryPoint is 'WSPIoctl'", provider)
  }
  if (isWineLibrary(provider)) {
    throw providerUnavailable(provider, "it is Wine's own, whose WSPStartup is a stub that would end the process")
  }
  return { libraries, provider }
}
