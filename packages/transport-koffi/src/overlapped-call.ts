import { WSA_OPERATION_ABORTED } from '@winport/definitions'
import { type CallResult, failedWith } from '@winport/transport/backend'
import type { PendingIoctl } from '@winport/transport/native'
import type { CallBlock } from './call-block.js'
import type { OpenSocket } from './open-socket.js'
import type { PendingCalls } from './pending-calls.js'
import { INVALID_SOCKET, type WinsockFunctions } from './winsock-functions.js'

const bytes = new Uint32Array(1)
const flags = new Uint32Array(1)

/** A pending control call. */
export class OverlappedCall implements PendingIoctl {
  oncomplete: PendingIoctl['oncomplete'] = () => {}
  readonly #socket: OpenSocket
  readonly #winsock: WinsockFunctions
  readonly #calls: PendingCalls
  readonly #block: CallBlock
  readonly #output: Uint8Array | null

  constructor(
    socket: OpenSocket,
    winsock: WinsockFunctions,
    calls: PendingCalls,
    block: CallBlock,
    output: Uint8Array | null,
  ) {
    this.#socket = socket
    this.#winsock = winsock
    this.#calls = calls
    this.#block = block
    this.#output = output
  }

  get pending(): boolean {
    return this.#block.pending
  }

  cancel(): void {
    const { handle } = this.#socket
    if (handle !== INVALID_SOCKET) this.#winsock.CancelIoEx(handle, this.#block.overlapped) // closing the socket has cancelled the call
  }

  /** Reports the result of the call, which must be complete. */
  finish(): void {
    const { result, bytesReturned } = this.takeResult()
    this.oncomplete(result, bytesReturned)
  }

  /** Stores the output of the call, which must be complete, and returns its result. */
  takeResult(): { readonly result: CallResult; readonly bytesReturned: number } {
    const errno = this.#errno()
    if (errno === 0) this.#block.store(this.#output)
    const bytesReturned = this.#block.bytesTransferred
    this.#calls.give(this.#block)
    return { result: errno === 0 ? bytesReturned : failedWith(errno), bytesReturned }
  }

  #errno(): number {
    if (this.#block.succeeded) return 0
    const { handle } = this.#socket
    if (handle === INVALID_SOCKET) return WSA_OPERATION_ABORTED
    const succeeded = this.#winsock.WSAGetOverlappedResult(handle, this.#block.overlapped, bytes, 0, flags) !== 0
    return succeeded ? 0 : this.#winsock.WSAGetLastError()
  }
}
