import type { NodeHandle } from '../adoption/handle-classes.js'
import { errnoOf } from '../backend/call-result.js'
import type { ChainLink } from '../backend/chain.js'
import { inNextTurn } from '../backend/next-turn.js'
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
export class OpenHandle<Handle> implements ChainLink<OpenHandle<Handle>> {
  previous: OpenHandle<Handle> | undefined
  next: OpenHandle<Handle> | undefined
  readonly #home: HandleHome<Handle>
  #handle: Handle | undefined
  #isClosing = false
  /** The socket, while it cannot be collected. */
  #socket: object | undefined

  /** The caller has called {@link planTurnEnd}. */
  constructor(socket: object, handle: Handle, home: HandleHome<Handle>) {
    this.#handle = handle
    this.#home = home
    this.#socket = socket
    home.keep(this)
    openedThisTurn.push(this)
  }

  /** Undefined once the handle is closed, is about to be, or has a new owner. */
  get handle(): Handle | undefined {
    return this.#isClosing ? undefined : this.#handle
  }

  /** From now on nothing uses the handle. The caller closes it. */
  beginClose(): void {
    this.#isClosing = true
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

  /** Lets the socket be collected from now on. */
  weaken(): void {
    if (this.#socket === undefined) return
    dropped.register(this.#socket, this, this)
    this.#socket = undefined
  }

  #take(): Handle | undefined {
    const handle = this.#handle
    if (handle === undefined) return undefined
    this.#handle = undefined
    this.#home.forget(this)
    if (this.#socket === undefined) dropped.unregister(this)
    this.#socket = undefined
    return handle
  }
}

/**
 * The handles that were opened in this turn of the event loop. To register a socket costs as much as to open it, and what stays of it
 * until the next garbage collection costs more: many sockets are closed in the turn in which they were opened.
 */
let openedThisTurn: { weaken(): void }[] = []
let turnEndPlanned = false

/** Must be called before a socket is opened. May throw: nothing is changed then. */
export function planTurnEnd(): void {
  if (openedThisTurn.length >= MOST_OPENED) weakenAll()
  if (!turnEndPlanned) inNextTurn(endTurn)
  turnEndPlanned = true
}

const MOST_OPENED = 1024

function endTurn(): void {
  turnEndPlanned = false
  weakenAll()
}

function weakenAll(): void {
  const opened = openedThisTurn
  openedThisTurn = []
  for (const open of opened) open.weaken()
}

const dropped = new FinalizationRegistry<{ close(): void }>((open) => {
  try {
    open.close()
  } catch {
    // No caller is left that could handle the error.
  }
})
