import { errnoOf } from '../backend/call-result.js'
import { WinsockError } from '../winsock-error.js'
import type { WinsockCalls } from './winsock-calls.js'

/** What an open handle needs of its transport. */
export interface HandleHome<Handle> {
  readonly calls: WinsockCalls<Handle>
  /** The handle is the transport's to close, with itself. */
  keep(open: OpenHandle<Handle>): void
  /** The handle is closed, or somebody else's. */
  forget(open: OpenHandle<Handle>): void
}

/** A socket's handle while it is open, apart from the socket: it is closed even if nobody has that any more. */
export class OpenHandle<Handle> {
  readonly #home: HandleHome<Handle>
  #handle: Handle | undefined

  /** @param socket with the collection of which the handle is closed, if nothing else has closed it */
  constructor(socket: object, handle: Handle, home: HandleHome<Handle>) {
    this.#handle = handle
    this.#home = home
    home.keep(this)
    dropped.register(socket, this, this)
  }

  /** Undefined once it is closed, or somebody else's. */
  get handle(): Handle | undefined {
    return this.#handle
  }

  /** Closes it, unless it is closed already. @throws WinsockError */
  close(): void {
    const handle = this.#take()
    if (handle === undefined) return
    const result = this.#home.calls.closeSocket(handle)
    if (result < 0) throw new WinsockError(errnoOf(result), 'closesocket')
  }

  /** It is somebody else's now. */
  disown(): void {
    const handle = this.#take()
    if (handle !== undefined) this.#home.calls.disown(handle)
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
    // Nobody is left to tell.
  }
})
