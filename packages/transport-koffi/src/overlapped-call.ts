import { controlCodeName, WSA_OPERATION_ABORTED } from '@winport/definitions'
import { AbortError, WinsockError } from '@winport/transport'
import type { CallBlock } from './call-block.js'
import type { PendingCalls } from './pending-calls.js'
import type { SocketHandle, WinsockFunctions } from './winsock-functions.js'

/** What a call needs of the socket it is made on. */
export interface CallSocket {
  /** The SOCKET; undefined once it is closed, when the same number may be somebody else's. */
  readonly handle: SocketHandle | undefined
  readonly winsock: WinsockFunctions
  readonly pending: PendingCalls
}

const bytes = new Uint32Array(1)
const flags = new Uint32Array(1)

/** A control call that is pending. */
export class OverlappedCall {
  /** Settles when the call is complete. */
  readonly result: Promise<number>
  readonly #socket: CallSocket
  readonly #code: number
  readonly #block: CallBlock
  readonly #output: Uint8Array | null
  readonly #signal: AbortSignal | undefined
  #cancelled = false
  #resolve: (bytesReturned: number) => void = () => {}
  #reject: (error: unknown) => void = () => {}

  constructor(
    socket: CallSocket,
    code: number,
    block: CallBlock,
    output: Uint8Array | null,
    signal: AbortSignal | undefined,
  ) {
    this.#socket = socket
    this.#code = code
    this.#block = block
    this.#output = output
    this.#signal = signal
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    signal?.addEventListener('abort', this)
  }

  get pending(): boolean {
    return this.#block.pending
  }

  /** The signal is aborted: asks the kernel to cancel. What comes of it shows when the call is complete. */
  handleEvent(): void {
    const { handle, winsock } = this.#socket
    if (handle === undefined) return // closing it cancels
    this.#cancelled = true
    winsock.CancelIoEx(handle, this.#block.overlapped)
  }

  /** The call is complete. */
  finish(): void {
    this.#signal?.removeEventListener('abort', this)
    const errno = this.#errno()
    if (errno === 0) this.#block.store(this.#output)
    const bytesReturned = this.#block.bytesTransferred
    this.#socket.pending.give(this.#block)
    if (errno === 0) this.#resolve(bytesReturned)
    else this.#reject(this.#failure(errno, bytesReturned))
  }

  #errno(): number {
    if (this.#block.succeeded) return 0
    const { handle, winsock } = this.#socket
    if (handle === undefined) return WSA_OPERATION_ABORTED
    const succeeded = winsock.WSAGetOverlappedResult(handle, this.#block.overlapped, bytes, 0, flags) !== 0
    return succeeded ? 0 : winsock.WSAGetLastError()
  }

  #failure(errno: number, bytesReturned: number): Error {
    const error = new WinsockError(errno, `WSAIoctl(${controlCodeName(this.#code)})`, { bytesReturned })
    return this.#cancelled && errno === WSA_OPERATION_ABORTED ? new AbortError({ cause: error }) : error
  }
}
