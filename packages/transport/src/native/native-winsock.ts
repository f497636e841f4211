import { AF_INET, ERROR_PROC_NOT_FOUND, IPPROTO_TCP, SOCK_STREAM, WSAPROTOCOL_INFOW } from '@winport/definitions'
import { type CallResult, errnoOf } from '../backend/call-result.js'
import { WinsockError } from '../winsock-error.js'
import type { IpHelperCalls } from './ip-helper-calls.js'
import type { ProviderCalls } from './provider-calls.js'
import { providerUnavailable } from './provider-unavailable.js'
import type { SocketTableCalls } from './socket-table-calls.js'
import type { WinsockCalls } from './winsock-calls.js'

/**
 * A set of libraries that the transports of one thread share. Winsock is started for the first transport and cleaned up after
 * the last.
 */
export class NativeWinsock<Handle> {
  readonly calls: WinsockCalls<Handle>
  readonly ipHelper: IpHelperCalls
  /** Undefined if the backend has no socket table. */
  readonly socketTable: SocketTableCalls | undefined
  #users = 0
  #lastTurn: Promise<unknown> = Promise.resolve()

  constructor(calls: WinsockCalls<Handle>, ipHelper: IpHelperCalls, socketTable?: SocketTableCalls) {
    this.calls = calls
    this.ipHelper = ipHelper
    this.socketTable = socketTable
  }

  /**
   * Counts one more transport. The first one starts Winsock, and the service provider if there is one.
   *
   * @throws WinsockError if WSAStartup fails
   * @throws TransportUnavailableError if the provider cannot be started
   */
  startUp(): void {
    if (this.#users === 0) {
      check(this.calls.startUp(), 'WSAStartup')
      if (this.calls.provider !== undefined) this.#startProvider(this.calls.provider)
    }
    this.#users += 1
  }

  /**
   * Counts one transport less, whose calls are all complete. The last one cleans up.
   *
   * @throws WinsockError if WSPCleanup or WSACleanup fails
   */
  cleanUp(): void {
    this.#users -= 1
    if (this.#users > 0) return
    const stopped = this.calls.provider?.cleanUp() ?? 0
    check(this.calls.cleanUp(), 'WSACleanup')
    check(stopped, 'WSPCleanup')
  }

  #startProvider(provider: ProviderCalls<Handle>): void {
    try {
      const result = provider.startUp(this.#protocolInfo(provider))
      if (result >= 0) return
      const errno = errnoOf(result)
      if (errno === ERROR_PROC_NOT_FOUND) throw providerUnavailable(provider.path, 'it has no WSPIoctl')
      const cause = new WinsockError(errno, 'WSPStartup')
      throw providerUnavailable(provider.path, cause.message, { cause })
    } catch (error) {
      this.calls.cleanUp()
      throw error
    }
  }

  /**
   * Reads the catalog entry of the provider of a TCP socket. One library provides both TCP and UDP. Winsock starts the provider
   * when it opens the socket, so that our WSPStartup is never the first one in the process.
   */
  #protocolInfo(provider: ProviderCalls<Handle>): Uint8Array {
    const info = new Uint8Array(WSAPROTOCOL_INFOW.size)
    const socket = this.calls.openSocket(AF_INET, SOCK_STREAM, IPPROTO_TCP)
    try {
      check(provider.protocolInfo(socket, info), 'getsockopt(SO_PROTOCOL_INFOW)')
    } finally {
      this.calls.closeSocket(socket)
    }
    return info
  }

  /**
   * Makes the calls of IP Helper one after the other. Each call blocks a thread, and libuv's pool has only four threads for the
   * whole program.
   */
  async inTurn<Result>(call: () => Promise<Result>): Promise<Result> {
    const turn = this.#lastTurn.then(call)
    this.#lastTurn = turn.catch(() => {})
    return await turn
  }
}

function check(result: CallResult, syscall: string): void {
  if (result < 0) throw new WinsockError(errnoOf(result), syscall)
}
