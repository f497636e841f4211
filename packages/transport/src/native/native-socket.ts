import type { Socket as DatagramSocket } from 'node:dgram'
import type { AddressInfo, Server, Socket } from 'node:net'
import {
  controlCodeName,
  decodeSockaddr,
  encodeSockaddr,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  SO_EXCLUSIVEADDRUSE,
  SO_REUSEADDR,
  SOCKADDR_MAX_SIZE,
  SOL_SOCKET,
  WSA_OPERATION_ABORTED,
  WSAEINPROGRESS,
  WSAEINVAL,
  WSAENOTSOCK,
} from '@winport/definitions'
import { AbortError, throwIfAborted } from '../abort-error.js'
import { AdoptionUnsupportedError } from '../adoption/adoption-unsupported-error.js'
import { closeGuard } from '../adoption/close-guard.js'
import type { NodeHandle } from '../adoption/handle-classes.js'
import {
  attachHandle,
  connectHandle,
  listenOnHandle,
  openConnectionHandle,
  openDatagramHandle,
  openInto,
  openServerHandle,
} from '../adoption/node-handle.js'
import { type BindMode, checkBindOptions, checkIoctlArguments, checkSocketAddress } from '../backend/call-arguments.js'
import { type CallResult, errnoOf } from '../backend/call-result.js'
import type { Protocol } from '../port-range.js'
import { WinsockError } from '../winsock-error.js'
import type {
  AddressFamily,
  BindOptions,
  ConnectOptions,
  IoctlOptions,
  ListenOptions,
  SocketAddress,
  WinsockSocket,
} from '../winsock-socket.js'
import type { EntryPoint } from './entry-point.js'
import { type HandleHome, OpenHandle } from './open-handle.js'
import { OutstandingCalls } from './outstanding-calls.js'
import type { PendingIoctl, SocketPurpose, WinsockCalls } from './winsock-calls.js'

/** The part of a transport that its sockets use. */
export interface SocketHome<Handle> extends HandleHome<Handle> {
  /** The calls that `close` of the transport waits for. */
  readonly outstanding: OutstandingCalls
}

const INT32_MAX = 0x7fff_ffff

// One buffer serves all sockets: the calls that use it are synchronous.
const name = new Uint8Array(SOCKADDR_MAX_SIZE)

/** A Winsock socket over the calls of any native backend. */
export class NativeSocket<Handle> implements WinsockSocket {
  readonly protocol: Protocol
  readonly family: AddressFamily
  readonly #home: SocketHome<Handle>
  readonly #calls: WinsockCalls<Handle>
  readonly #open: OpenHandle<Handle>
  #outstanding: OutstandingCalls | undefined
  #adopted = false
  #bound = false
  #reusesAddr = false
  #isExclusive = false
  #ipv6Only = false

  constructor(protocol: Protocol, family: AddressFamily, handle: Handle, home: SocketHome<Handle>) {
    this.protocol = protocol
    this.family = family
    this.#home = home
    this.#calls = home.calls
    this.#open = new OpenHandle<Handle>(this, handle, home)
    // Dual-stack from the start: a reservation that is acquired on this socket may depend on it. Winsock's default is
    // IPv6 alone. As in libuv a failure does not matter: this machine has no IPv4.
    if (family === 'ipv6') this.#calls.setOption(handle, IPPROTO_IPV6, IPV6_V6ONLY, 0)
  }

  ioctl(code: number, input: Uint8Array | null, output: Uint8Array | null): number {
    checkIoctlArguments(code, input, output)
    const handle = this.#open.handle
    if (handle === undefined || this.#adopted) throw this.#ioctlFailure(WSAENOTSOCK, code, 0)
    const result = this.#calls.ioctl(handle, code, input, output)
    if (result < 0) throw this.#ioctlFailure(errnoOf(result), code, this.#calls.failedBytesReturned())
    return result
  }

  async ioctlAsync(
    code: number,
    input: Uint8Array | null,
    output: Uint8Array | null,
    options?: IoctlOptions,
  ): Promise<number> {
    return await this.startIoctl(code, input, output, options)
  }

  startIoctl(
    code: number,
    input: Uint8Array | null,
    output: Uint8Array | null,
    options?: IoctlOptions,
  ): number | Promise<number> {
    checkIoctlArguments(code, input, output)
    const signal = options?.signal
    throwIfAborted(signal)
    const handle = this.#open.handle
    if (handle === undefined || this.#adopted) throw this.#ioctlFailure(WSAENOTSOCK, code, 0)
    const started = this.#calls.startIoctl(handle, code, input, output)
    if (typeof started === 'object') return this.#track(this.#completion(started, code, signal))
    if (started < 0) throw this.#ioctlFailure(errnoOf(started), code, this.#calls.failedBytesReturned())
    return started
  }

  // Like libuv, without SO_EXCLUSIVEADDRUSE by default: while the reservation is held, only associated sockets can bind its
  // ports, and the option would keep a port in use while a connection of its last server remains. After the reservation has
  // ended, Windows lets another process of the same user bind a specific address beside our wildcard address. It refuses
  // SO_REUSEADDR on the same address, because our socket does not set that option.
  bind(address: SocketAddress, options?: BindOptions): void {
    checkSocketAddress('address', address)
    const mode = checkBindOptions(this, options)
    const length = encodeSockaddr(address, name)
    const handle = this.#openHandle('bind')
    if (!this.#bound) this.#setBindOptions(handle, mode)
    check(this.#calls.bind(handle, name, length), 'bind')
    this.#bound = true
  }

  localAddress(): AddressInfo {
    check(this.#calls.localName(this.#openHandle('getsockname'), name), 'getsockname')
    return decodeSockaddr(name)
  }

  listen(server: Server, { backlog }: ListenOptions = {}): Promise<void> {
    try {
      const throwIfClosed = closeGuard(server)
      const start = (handle: NodeHandle) => listenOnHandle(server, handle, backlog, throwIfClosed)
      const opened = this.#handOver('listen', openServerHandle)
      return opened instanceof Promise ? opened.then(start) : start(opened)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async adopt(socket: DatagramSocket): Promise<void> {
    await attachHandle(socket, await this.#handOver('adopt', openDatagramHandle))
  }

  adoptInto(handle: NodeHandle): void {
    this.#beginHandOver('adoptInto')
    if (this.#outstanding !== undefined && this.#outstanding.size > 0) {
      this.#open.close()
      throw new WinsockError(WSAEINPROGRESS, 'adoptInto')
    }
    this.#giveTo((socket) => {
      openInto(handle, socket)
      return handle
    }, this.#purpose)
  }

  async connect(remote: SocketAddress, options: ConnectOptions = {}): Promise<Socket> {
    checkSocketAddress('remote', remote)
    this.#openHandle('connect')
    if (!this.#bound) this.bind({ address: this.family === 'ipv4' ? '0.0.0.0' : '::', port: 0 })
    return await connectHandle(await this.#handOver('connect', openConnectionHandle), remote, options)
  }

  close(): void {
    if (!this.#adopted) this.#open.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** Sets the options of this bind, and resets those of an earlier bind that failed. */
  #setBindOptions(handle: Handle, { reuseAddr, ipv6Only, exclusiveAddressUse }: BindMode): void {
    // Winsock refuses each of the two sharing options while the other is set.
    if (this.#isExclusive && !exclusiveAddressUse) this.#setExclusive(handle, false)
    if (reuseAddr !== this.#reusesAddr) {
      check(this.#calls.setOption(handle, SOL_SOCKET, SO_REUSEADDR, reuseAddr ? 1 : 0), 'setsockopt')
      this.#reusesAddr = reuseAddr
    }
    if (exclusiveAddressUse && !this.#isExclusive) this.#setExclusive(handle, true)
    if (ipv6Only !== this.#ipv6Only) {
      check(this.#calls.setOption(handle, IPPROTO_IPV6, IPV6_V6ONLY, ipv6Only ? 1 : 0), 'setsockopt')
      this.#ipv6Only = ipv6Only
    }
  }

  #setExclusive(handle: Handle, isExclusive: boolean): void {
    check(this.#calls.setOption(handle, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, isExclusive ? 1 : 0), 'setsockopt')
    this.#isExclusive = isExclusive
  }

  async #track(call: Promise<number>): Promise<number> {
    this.#outstanding ??= new OutstandingCalls()
    return await this.#home.outstanding.track(this.#outstanding.track(call))
  }

  /** What a handle does with the socket unless it connects. */
  get #purpose(): SocketPurpose {
    return this.protocol === 'tcp' ? 'listen' : 'receive'
  }

  /** Hands the SOCKET to libuv. If libuv refuses it, it is closed. */
  #handOver(syscall: string, open: (socket: number) => NodeHandle): NodeHandle | Promise<NodeHandle> {
    this.#beginHandOver(syscall)
    const purpose = syscall === 'connect' ? 'connect' : this.#purpose
    // libuv associates the socket with a completion port, which would also receive the completions of earlier calls.
    if (this.#outstanding !== undefined && this.#outstanding.size > 0) {
      return this.#home.outstanding.track(this.#outstanding.settled()).then(() => this.#giveTo(open, purpose))
    }
    return this.#giveTo(open, purpose)
  }

  #beginHandOver(syscall: string): void {
    this.#openHandle(syscall)
    if (!this.#bound) throw new WinsockError(WSAEINVAL, syscall)
    this.#adopted = true
    this.#home.forget(this.#open)
  }

  /** Gives the SOCKET to a new owner. If that fails, it is closed. */
  #giveTo(open: (socket: number) => NodeHandle, purpose: SocketPurpose): NodeHandle {
    try {
      const { handle } = this.#open
      if (handle === undefined) throw new WinsockError(WSAENOTSOCK, 'open')
      const opened = open(nodeDescriptor(this.#calls.descriptor(handle, purpose)))
      this.#open.disown(opened)
      return opened
    } catch (error) {
      try {
        this.#open.close()
      } catch {
        // The first error is the one to report.
      }
      throw error
    }
  }

  /** Settles when the pending call is complete. Until then the signal cancels it. */
  async #completion(call: PendingIoctl, code: number, signal: AbortSignal | undefined): Promise<number> {
    let aborted = false
    const abort = () => {
      if (this.#open.handle === undefined) return // closing the socket has cancelled the call
      aborted = true
      call.cancel()
    }
    const completed = new Promise<number>((resolve, reject) => {
      call.oncomplete = (result, bytesReturned) => {
        if (result >= 0) return resolve(result)
        const error = this.#ioctlFailure(errnoOf(result), code, bytesReturned)
        reject(aborted && error.errno === WSA_OPERATION_ABORTED ? new AbortError({ cause: error }) : error)
      }
    })
    if (signal === undefined) return await completed
    signal.addEventListener('abort', abort)
    try {
      return await completed
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  #ioctlFailure(errno: number, code: number, bytesReturned: number): WinsockError {
    const entryPoint: EntryPoint = this.#calls.provider === undefined ? 'WSAIoctl' : 'WSPIoctl'
    return new WinsockError(errno, `${entryPoint}(${controlCodeName(code)})`, { bytesReturned })
  }

  #openHandle(syscall: string): Handle {
    const handle = this.#open.handle
    if (handle === undefined || this.#adopted) throw new WinsockError(WSAENOTSOCK, syscall)
    return handle
  }
}

function check(result: CallResult, syscall: string): void {
  if (result < 0) throw new WinsockError(errnoOf(result), syscall)
}

/** The SOCKET as an int, which Node's handles expect. In practice Windows' handles are small numbers. */
function nodeDescriptor(socket: number | bigint): number {
  if (typeof socket === 'number' && socket >= 0 && socket <= INT32_MAX) return socket
  throw new AdoptionUnsupportedError(`its handles take an int, and the SOCKET is ${socket}`)
}
