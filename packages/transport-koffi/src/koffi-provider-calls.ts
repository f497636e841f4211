import {
  ERROR_PROC_NOT_FOUND,
  SO_PROTOCOL_INFOW,
  SOCKET_ERROR,
  SOL_SOCKET,
  WINSOCK_VERSION,
  WSANOTINITIALISED,
  WSAVERNOTSUPPORTED,
  WSPDATA,
  WSPPROC_TABLE,
} from '@winport/definitions'
import { WinsockError } from '@winport/transport'
import { type CallResult, failedWith } from '@winport/transport/backend'
import type { ProviderCalls } from '@winport/transport/native'
import { NativeMemory } from './native-memory.js'
import type { OpenSocket } from './open-socket.js'
import type { ProviderFunctions, WSPCleanup, WSPIoctl } from './provider-functions.js'
import type { WinsockFunctions } from './winsock-functions.js'

const WSATHREADID_SIZE = 16 // a handle and a pointer
const DUPLICATE_SAME_ACCESS = 2

// These calls are synchronous and run on one thread, so they can share the variables that they pass by reference.
const lpErrno = new Int32Array(1)
const infoLength = new Int32Array(1)

const notStarted: WSPIoctl = () => {
  lpErrno[0] = WSANOTINITIALISED
  return SOCKET_ERROR
}

/**
 * The service provider below Winsock, called through koffi.
 *
 * On Windows, ws2_32 has started the same provider before. A provider counts its starts, so our WSPCleanup undoes only
 * our start, and every start returns the same functions. The provider keeps the upcall table that it was given last, for
 * the whole process (see {@link upcallTable}). The documentation of WSPStartup says so; none of this has been tried on
 * mswsock.dll.
 */
export class KoffiProviderCalls implements ProviderCalls<OpenSocket> {
  readonly path: string
  readonly #functions: ProviderFunctions
  readonly #winsock: WinsockFunctions
  #WSPIoctl: WSPIoctl = notStarted
  #WSPCleanup: WSPCleanup | undefined
  #thread: NativeMemory | undefined
  #threadId = 0n

  constructor(path: string, functions: ProviderFunctions, winsock: WinsockFunctions) {
    this.path = path
    this.#functions = functions
    this.#winsock = winsock
  }

  /** WSPIoctl with the signature of WSAIoctl. */
  readonly ioctl: WinsockFunctions['ioctl'] = (
    socket,
    code,
    input,
    inputLength,
    output,
    outputLength,
    bytesReturned,
    overlapped,
    completionRoutine,
  ) =>
    this.#WSPIoctl(
      socket,
      code,
      input,
      inputLength,
      output,
      outputLength,
      bytesReturned,
      overlapped,
      completionRoutine,
      this.#threadId,
      lpErrno,
    )

  /** The error that the last call wrote to lpErrno. A provider does not set the last error of the thread. */
  readonly ioctlError: WinsockFunctions['ioctlError'] = () => lpErrno[0] ?? 0

  protocolInfo({ handle }: OpenSocket, info: Uint8Array): CallResult {
    infoLength[0] = info.length
    const result = this.#functions.getsockopt(handle, SOL_SOCKET, SO_PROTOCOL_INFOW, info, infoLength)
    return result === SOCKET_ERROR ? failedWith(this.#winsock.WSAGetLastError()) : 0
  }

  startUp(info: Uint8Array): CallResult {
    this.cleanUp() // undoes a start that a failed cleanup has left
    const upcalls = this.#functions.upcalls()
    const data = new Uint8Array(WSPDATA.size)
    const table = new BigUint64Array(WSPPROC_TABLE.length)
    const thread = this.#openThread()
    const errno = this.#functions.WSPStartup(WINSOCK_VERSION, data, info, upcalls, table)
    const refused = errno === 0 ? this.#accept(data, table) : errno
    if (refused === 0) {
      this.#thread = thread
      this.#threadId = thread.address
      return 0
    }
    this.#closeThread(thread)
    return failedWith(refused)
  }

  cleanUp(): CallResult {
    if (this.#thread !== undefined) this.#closeThread(this.#thread)
    this.#thread = undefined
    this.#threadId = 0n
    this.#WSPIoctl = notStarted
    if (this.#WSPCleanup?.(lpErrno) === SOCKET_ERROR) return failedWith(lpErrno[0] ?? 0) // the caller can retry
    this.#WSPCleanup = undefined
    return 0
  }

  /** Takes the functions from the table. If the provider is unsuitable, cleans up and returns an error. */
  #accept(data: Uint8Array, table: BigUint64Array): number {
    const ioctl = addressOf(table, 'lpWSPIoctl')
    const cleanup = addressOf(table, 'lpWSPCleanup')
    const version = new DataView(data.buffer).getUint16(WSPDATA.offsetOf.wVersion, true)
    if (cleanup !== 0n) this.#WSPCleanup = this.#functions.WSPCleanupAt(cleanup)
    if (version === WINSOCK_VERSION && ioctl !== 0n) {
      this.#WSPIoctl = this.#functions.WSPIoctlAt(ioctl)
      return 0
    }
    this.cleanUp()
    return version === WINSOCK_VERSION ? ERROR_PROC_NOT_FOUND : WSAVERNOTSUPPORTED
  }

  /** A WSATHREADID of this thread, with a handle that is valid on every thread. */
  #openThread(): NativeMemory {
    const thread = new NativeMemory(WSATHREADID_SIZE)
    const process = this.#functions.GetCurrentProcess()
    const current = this.#functions.GetCurrentThread()
    if (this.#functions.DuplicateHandle(process, current, process, thread.address, 0, 0, DUPLICATE_SAME_ACCESS) !== 0) {
      return thread
    }
    thread.free()
    throw new WinsockError(this.#winsock.WSAGetLastError(), 'DuplicateHandle')
  }

  #closeThread(thread: NativeMemory): void {
    this.#functions.CloseHandle(new BigInt64Array(thread.buffer, 0, 1)[0] ?? 0n)
    thread.free()
  }
}

function addressOf(table: BigUint64Array, name: (typeof WSPPROC_TABLE)[number]): bigint {
  return table[WSPPROC_TABLE.indexOf(name)] ?? 0n
}
