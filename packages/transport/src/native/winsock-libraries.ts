import { isAbsolute, win32 } from 'node:path'
import { checkObject, invalidArgType, outOfRange } from '@winport/definitions'
import { TransportUnavailableError } from '../transport-unavailable-error.js'

/** The libraries that a native backend calls, as absolute paths. One path may stand for several of them. */
export interface WinsockLibraries {
  /** Winsock: on Windows, ws2_32.dll. */
  readonly winsock: string
  /** IP Helper, with the six functions for persistent reservations: iphlpapi.dll. */
  readonly ipHelper: string
  /** CancelIoEx: kernel32.dll. */
  readonly kernel: string
  /** The service provider below Winsock, for the entry point `'WSPIoctl'` alone: mswsock.dll. */
  readonly provider?: string | undefined
}

/**
 * The libraries to load: the given ones, else Windows' own.
 *
 * @throws TypeError, RangeError for a path that is no string, or not absolute: nothing is looked for along a search path
 * @throws TransportUnavailableError without libraries where there is no Windows, or where it cannot be found
 */
export function resolveWinsockLibraries(libraries?: WinsockLibraries): WinsockLibraries {
  if (libraries === undefined) {
    if (process.platform === 'win32') return systemLibraries(process.env)
    throw new TransportUnavailableError(
      `Port reservations are Windows' own, and this is ${process.platform}: there is no Winsock to call. ` +
        'Use the mock transport, which simulates it.',
    )
  }
  checkObject('libraries', libraries)
  const { winsock, ipHelper, kernel, provider } = libraries
  for (const [name, path] of Object.entries({ winsock, ipHelper, kernel })) checkPath(`libraries.${name}`, path)
  if (provider === undefined) return { winsock, ipHelper, kernel }
  checkPath('libraries.provider', provider)
  return { winsock, ipHelper, kernel, provider }
}

function checkPath(name: string, path: unknown): void {
  if (typeof path !== 'string') throw invalidArgType(name, 'of type string', path)
  if (!isAbsolute(path)) throw outOfRange(name, 'an absolute path', path)
}

/** Windows' own libraries, in the System32 folder of the Windows that %SystemRoot% names. */
export function systemLibraries(environment: NodeJS.ProcessEnv): WinsockLibraries {
  const root = environment['SystemRoot']
  // A relative or UNC path here would let whoever sets the variable, or owns the folder, choose the code that is run.
  if (root === undefined || !/^[a-z]:[\\/]/i.test(root)) {
    throw new TransportUnavailableError(`%SystemRoot% should name Windows' folder, such as C:\\Windows, but is ${root}`)
  }
  const library = (name: string) => win32.join(root, 'System32', name)
  return {
    winsock: library('ws2_32.dll'),
    ipHelper: library('iphlpapi.dll'),
    kernel: library('kernel32.dll'),
    provider: library('mswsock.dll'),
  }
}
