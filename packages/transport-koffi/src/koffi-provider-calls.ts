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

// Calls are synchronous and made on one thread: they can share what they pass by reference.
const lpErrno = new Int32Array(1)
const infoLength = new Int32Array(1)

const notStarted: WSPIoctl = () => {
  lpErrno[0] = WSANOTINITIALISED
  return SOCKET_ERROR
}

/**
 * The service provider below Winsock, through koffi.
 *
 * On Windows it is ws2_32's as well, which has started it before. Providers count their starts, so that cleaning up takes
 * back this one alone, and the function is the same whoever has started it. The upcalls are the ones given last, for all
 * of the process and for good: see {@link upcallTable}. All of this is documented of providers, and not tried on mswsock.
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

  /** WSPIoctl, as if it were WSAIoctl. */
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

  /** What the last call wrote to lpErrno. The thread's last error is somebody else's. */
  readonly ioctlError: WinsockFunctions['ioctlError'] = () => lpErrno[0] ?? 0

  protocolInfo({ handle }: OpenSocket, info: Uint8Array): CallResult {
    infoLength[0] = info.length
    const result = this.#functions.getsockopt(handle, SOL_SOCKET, SO_PROTOCOL_INFOW, info, infoLength)
    return result === SOCKET_ERROR ? failedWith(this.#winsock.WSAGetLastError()) : 0
  }

  startUp(info: Uint8Array): CallResult {
    this.cleanUp() // what a failure left
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
    if (this.#WSPCleanup?.(lpErrno) === SOCKET_ERROR) return failedWith(lpErrno[0] ?? 0) // it can be tried again
    this.#WSPCleanup = undefined
    return 0
  }

  /** Takes the functions over. Returns an error if they are not what was asked for, having cleaned up then. */
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

  /** A WSATHREADID of this thread, with a handle that means the same on any other. */
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
