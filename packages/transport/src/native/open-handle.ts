import type { NodeHandle } from '../adoption/handle-classes.js'
import { errnoOf } from '../backend/call-result.js'
import { WinsockError } from '../winsock-error.js'
import type { WinsockCalls } from './winsock-calls.js'

/** The part of a transport that its open handles use. */
export interface HandleHome<Handle> {
  readonly calls: WinsockCalls<Handle>
  /** The transport closes this handle when it closes itself. */
  keep(open: OpenHandle<Handle>): void
  /** The handle is closed or has a new owner. */
  forget(open: OpenHandle<Handle>): void
}

/** The open handle of a socket. It is closed when the socket is garbage-collected. */
export class OpenHandle<Handle> {
  readonly #home: HandleHome<Handle>
  #handle: Handle | undefined

  constructor(socket: object, handle: Handle, home: HandleHome<Handle>) {
    this.#handle = handle
    this.#home = home
    home.keep(this)
    dropped.register(socket, this, this)
  }

  /** Undefined once the handle is closed or has a new owner. */
  get handle(): Handle | undefined {
    return this.#handle
  }

  /** Closes the handle. Idempotent. @throws WinsockError */
  close(): void {
    const handle = this.#take()
    if (handle === undefined) return
    const result = this.#home.calls.closeSocket(handle)
    if (result < 0) throw new WinsockError(errnoOf(result), 'closesocket')
  }

  /** Forgets the handle, which has a new owner. */
  disown(owner: NodeHandle): void {
    const handle = this.#take()
    if (handle !== undefined) this.#home.calls.disown(handle, owner)
  }

  #take(): Handle | undefined {
    const handle = this.#handle
    if (handle === undefined) return undefined
    this.#handle = undefined
    this.#home.forget(this)
    dropped.unregister(this)
    return handle
  }
}

const dropped = new FinalizationRegistry<{ close(): void }>((open) => {
  try {
    open.close()
  } catch {
    // No caller is left that could handle the error.
  }
})
