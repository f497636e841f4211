import { SOCKET_ERROR, WINSOCK_VERSION } from '@winport/definitions'
import { WinsockError, type WinsockLibraries } from '@winport/transport'
import { IpHelperFunctions } from './ip-helper-functions.js'
import { PendingCalls } from './pending-calls.js'
import { declareWinsockFunctions, type WinsockFunctions } from './winsock-functions.js'

const WSADATA_MAX_SIZE = 512 // 408 in a 64-bit process, 400 in a 32-bit one

const loaded = new Map<string, WinsockLibrary>()

/**
 * One set of libraries, as this thread's transports share it: the functions, declared once; Winsock itself, started for
 * the first transport and cleaned up after the last; and the calls that are pending.
 */
export class WinsockLibrary {
  readonly winsock: WinsockFunctions
  readonly ipHelper: IpHelperFunctions
  readonly pending: PendingCalls
  #users = 0

  /** @throws TransportUnavailableError for a library or function that is missing */
  static load(libraries: WinsockLibraries): WinsockLibrary {
    const key = JSON.stringify([libraries.winsock, libraries.ipHelper, libraries.kernel])
    const library = loaded.get(key) ?? new WinsockLibrary(libraries)
    loaded.set(key, library)
    return library
  }

  private constructor(libraries: WinsockLibraries) {
    this.winsock = declareWinsockFunctions(libraries)
    this.ipHelper = new IpHelperFunctions(libraries.ipHelper)
    this.pending = new PendingCalls(this.winsock)
  }

  /** Counts one more transport. @throws WinsockError if it is the first and WSAStartup fails */
  startUp(): void {
    if (this.#users === 0) {
      const errno = this.winsock.WSAStartup(WINSOCK_VERSION, new Uint8Array(WSADATA_MAX_SIZE))
      if (errno !== 0) throw new WinsockError(errno, 'WSAStartup')
    }
    this.#users += 1
  }

  /** Counts one less, whose calls are all complete. @throws WinsockError if it is the last and WSACleanup fails */
  cleanUp(): void {
    this.#users -= 1
    if (this.#users > 0) return
    this.pending.free()
    if (this.winsock.WSACleanup() === SOCKET_ERROR) {
      throw new WinsockError(this.winsock.WSAGetLastError(), 'WSACleanup')
    }
  }
}
