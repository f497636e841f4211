import {
  AF_INET,
  AF_INET6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  SOCK_DGRAM,
  SOCK_STREAM,
  WSANOTINITIALISED,
} from '@winport/definitions'
import { checkSocketSpec } from '../backend/call-arguments.js'
import { Chain } from '../backend/chain.js'
import { nextTurn } from '../backend/next-turn.js'
import type { PersistentReservations } from '../persistent-reservations.js'
import type { SocketTable } from '../socket-table.js'
import type { Transport } from '../transport.js'
import { WinsockError } from '../winsock-error.js'
import type { SocketSpec } from '../winsock-socket.js'
import type { IpHelperCalls } from './ip-helper-calls.js'
import { NativePersistentReservations, type PersistentHome } from './native-persistent-reservations.js'
import { NativeSocket, type SocketHome } from './native-socket.js'
import { NativeSocketTable } from './native-socket-table.js'
import type { NativeWinsock } from './native-winsock.js'
import { type OpenHandle, planTurnEnd } from './open-handle.js'
import { OutstandingCalls } from './outstanding-calls.js'
import type { WinsockCalls } from './winsock-calls.js'

/** How many sockets are closed in one turn of the event loop at most: each takes about 5 µs. */
const MOST_CLOSED = 128

/** A transport over the calls of any native backend. A socket that is garbage-collected while it is open is closed. */
export class NativeTransport<Handle> implements Transport, SocketHome<Handle>, PersistentHome {
  readonly name: string
  readonly tokenScope: string = `process ${process.pid}`
  readonly winsock: NativeWinsock<Handle>
  readonly outstanding: OutstandingCalls = new OutstandingCalls()
  readonly persistent: PersistentReservations
  readonly socketTable: SocketTable | undefined
  readonly #open = new Chain<OpenHandle<Handle>>()
  #closed = false
  #closing: Promise<void> | undefined

  /** @throws WinsockError if WSAStartup fails */
  constructor(name: string, winsock: NativeWinsock<Handle>) {
    winsock.startUp()
    this.name = name
    this.winsock = winsock
    this.persistent = new NativePersistentReservations(this)
    this.socketTable = winsock.socketTable && new NativeSocketTable(winsock.socketTable)
  }

  get calls(): WinsockCalls<Handle> {
    return this.winsock.calls
  }

  get ipHelper(): IpHelperCalls {
    return this.winsock.ipHelper
  }

  get closed(): boolean {
    return this.#closed
  }

  openSocket(spec: SocketSpec): NativeSocket<Handle> {
    const family = checkSocketSpec(spec)
    const { protocol } = spec
    if (this.#closed) throw new WinsockError(WSANOTINITIALISED, 'WSASocketW')
    planTurnEnd()
    const handle = this.calls.openSocket(
      family === 'ipv4' ? AF_INET : AF_INET6,
      protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM,
      protocol === 'tcp' ? IPPROTO_TCP : IPPROTO_UDP,
    )
    return new NativeSocket(protocol, family, handle, this)
  }

  async inTurn<Result>(call: () => Promise<Result>): Promise<Result> {
    return await this.winsock.inTurn(call)
  }

  keep(open: OpenHandle<Handle>): void {
    this.#open.add(open)
  }

  forget(open: OpenHandle<Handle>): void {
    this.#open.delete(open)
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
    const handles = this.#open.toArray()
    for (const open of handles) open.beginClose()
    for (const [index, open] of handles.entries()) {
      if (index > 0 && index % MOST_CLOSED === 0) await nextTurn()
      attempt(() => open.close())
    }
    await this.outstanding.settled()
    attempt(() => this.winsock.cleanUp())
    if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures, 'close failed')
  }
}
