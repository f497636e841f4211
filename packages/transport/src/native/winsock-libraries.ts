import { posix, win32 } from 'node:path'
import { checkObject, invalidArgType, outOfRange } from '@winport/definitions'
import { TransportUnavailableError } from '../transport-unavailable-error.js'

/** The libraries that a native backend calls, as absolute paths. One path may serve several roles. */
export interface WinsockLibraries {
  /** Winsock. On Windows: ws2_32.dll. */
  readonly winsock: string
  /** IP Helper, with the six functions for persistent reservations. On Windows: iphlpapi.dll. */
  readonly ipHelper: string
  /** The library of CancelIoEx. On Windows: kernel32.dll. */
  readonly kernel: string
  /** The service provider below Winsock. Only the entry point `'WSPIoctl'` needs it. On Windows: mswsock.dll. */
  readonly provider?: string | undefined
  /** The users and services of processes, for the socket table, which can do without. On Windows: advapi32.dll. */
  readonly security?: string | undefined
}

/**
 * Returns the given libraries, or Windows' own from the system directory.
 *
 * @param readSystemDirectory called only on Windows without `libraries`
 * @throws TypeError, RangeError for a path that is not absolute: the system would look for such a library in other places
 * @throws TransportUnavailableError without `libraries` if this is not Windows or the system directory is not absolute
 */
export function resolveWinsockLibraries(
  libraries: WinsockLibraries | undefined,
  readSystemDirectory: () => string,
): WinsockLibraries {
  if (libraries === undefined) {
    if (process.platform === 'win32') return systemLibraries(readSystemDirectory())
    throw new TransportUnavailableError(
      `Port reservations need Windows, and this platform is ${process.platform}. ` +
        'Use the mock transport, which simulates Windows.',
    )
  }
  checkObject('libraries', libraries)
  const { winsock, ipHelper, kernel, provider, security } = libraries
  return {
    winsock: checkPath('libraries.winsock', winsock),
    ipHelper: checkPath('libraries.ipHelper', ipHelper),
    kernel: checkPath('libraries.kernel', kernel),
    ...(provider !== undefined && { provider: checkPath('libraries.provider', provider) }),
    ...(security !== undefined && { security: checkPath('libraries.security', security) }),
  }
}

/** A path with a drive, `C:\x`, or a server, `\\x\y`. Node also accepts `\x`, which is relative to the current drive. */
const WINDOWS_PATH = /^(?:[a-z]:[\\/]|[\\/]{2}[^\\/]+[\\/]+[^\\/])/i

/** Checks a path and returns it. On Windows the result has backslashes: LoadLibraryExW does not search for such a path. */
function checkPath(name: string, path: unknown): string {
  if (typeof path !== 'string') throw invalidArgType(name, 'of type string', path)
  const isWindows = process.platform === 'win32'
  if (isWindows ? WINDOWS_PATH.test(path) : posix.isAbsolute(path)) return isWindows ? win32.normalize(path) : path
  throw outOfRange(name, isWindows ? "an absolute path, such as 'C:\\Windows\\x.dll'" : 'an absolute path', path)
}

/**
 * Windows' own libraries.
 *
 * @param systemDirectory the system directory, such as `C:\Windows\System32`
 * @throws TransportUnavailableError if the directory is not an absolute path on a drive
 */
export function systemLibraries(systemDirectory: string): WinsockLibraries {
  checkSystemDirectory(systemDirectory)
  const library = (name: string) => win32.join(systemDirectory, name)
  return {
    winsock: library('ws2_32.dll'),
    ipHelper: library('iphlpapi.dll'),
    kernel: library('kernel32.dll'),
    provider: library('mswsock.dll'),
    security: library('advapi32.dll'),
  }
}

/**
 * The system directory that the environment names: `%SystemRoot%\System32`. Prefer GetSystemDirectoryW where native code can
 * call it: the environment of a worker thread may lack the variable.
 *
 * @throws TransportUnavailableError if the variable is missing or is not an absolute path on a drive
 */
export function environmentSystemDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  // In a worker thread the names are case-sensitive, and libuv gives child processes SYSTEMROOT.
  const name = Object.keys(environment).find((key) => key.toUpperCase() === 'SYSTEMROOT')
  const root = name === undefined ? undefined : environment[name]
  if (root === undefined) {
    throw new TransportUnavailableError("%SystemRoot% is missing. Set it to Windows' folder, such as C:\\Windows.")
  }
  const systemDirectory = win32.join(root, 'System32')
  checkSystemDirectory(systemDirectory)
  return systemDirectory
}

/** A relative path, or one on a server, would let the owner of that folder choose the code that runs. */
function checkSystemDirectory(path: string): void {
  if (/^[a-z]:[\\/]/i.test(path)) return
  throw new TransportUnavailableError(
    `Windows' system directory should be an absolute path such as C:\\Windows\\System32, but is '${path}'. Check %SystemRoot%.`,
  )
}
