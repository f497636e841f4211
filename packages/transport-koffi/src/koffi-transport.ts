import {
  AF_INET,
  AF_INET6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  SOCK_DGRAM,
  SOCK_STREAM,
  WSA_FLAG_NO_HANDLE_INHERIT,
  WSA_FLAG_OVERLAPPED,
  WSANOTINITIALISED,
} from '@winport/definitions'
import {
  checkSocketSpec,
  type PersistentReservations,
  resolveWinsockLibraries,
  type SocketSpec,
  type Transport,
  WinsockError,
  type WinsockLibraries,
} from '@winport/transport'
import type { IpHelperFunctions } from './ip-helper-functions.js'
import { KoffiPersistentReservations, type PersistentHome } from './koffi-persistent-reservations.js'
import { KoffiSocket, type SocketHome } from './koffi-socket.js'
import { NULL } from './native-memory.js'
import { OutstandingCalls } from './outstanding-calls.js'
import { INVALID_SOCKET } from './winsock-functions.js'
import { WinsockLibrary } from './winsock-library.js'

export interface KoffiTransportOptions {
  /** The libraries to call. Defaults to Windows' own, from System32. */
  readonly libraries?: WinsockLibraries | undefined
}

/**
 * Opens a transport over Winsock, called through koffi.
 *
 * @throws TransportUnavailableError where there is no Windows and no `libraries` are given, and for a library or
 *   function that is missing
 * @throws WinsockError if WSAStartup fails
 */
export function createKoffiTransport(options: KoffiTransportOptions = {}): Transport {
  return new KoffiTransport(WinsockLibrary.load(resolveWinsockLibraries(options.libraries)))
}

/** @internal The transport, and what its sockets and reservations need of it. */
export class KoffiTransport implements Transport, SocketHome, PersistentHome {
  readonly name = 'koffi'
  readonly library: WinsockLibrary
  readonly calls: OutstandingCalls = new OutstandingCalls()
  readonly persistent: PersistentReservations
  readonly #sockets = new Set<KoffiSocket>()
  #closed = false
  #closing: Promise<void> | undefined

  constructor(library: WinsockLibrary) {
    library.startUp()
    this.library = library
    this.persistent = new KoffiPersistentReservations(this)
  }

  get ipHelper(): IpHelperFunctions {
    return this.library.ipHelper
  }

  get closed(): boolean {
    return this.#closed
  }

  openSocket(spec: SocketSpec): KoffiSocket {
    const family = checkSocketSpec(spec)
    const { protocol } = spec
    if (this.closed) throw new WinsockError(WSANOTINITIALISED, 'WSASocketW')
    const { winsock } = this.library
    const handle = winsock.WSASocketW(
      family === 'ipv4' ? AF_INET : AF_INET6,
      protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM,
      protocol === 'tcp' ? IPPROTO_TCP : IPPROTO_UDP,
      NULL,
      0,
      WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT,
    )
    if (handle === INVALID_SOCKET) throw new WinsockError(winsock.WSAGetLastError(), 'WSASocketW')
    const socket = new KoffiSocket(protocol, family, handle, this)
    this.#sockets.add(socket)
    return socket
  }

  forget(socket: KoffiSocket): void {
    this.#sockets.delete(socket)
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close()
    await this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    this.#closed = true
    const failures: unknown[] = []
    const attempt = (close: () => void) => {
      try {
        close()
      } catch (error) {
        failures.push(error)
      }
    }
    for (const socket of this.#sockets) attempt(() => socket.close())
    await this.calls.settled()
    attempt(() => this.library.cleanUp())
    if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures, 'close failed')
  }
}
