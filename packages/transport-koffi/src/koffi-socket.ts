import type { Socket as DatagramSocket } from 'node:dgram'
import type { AddressInfo, Server, Socket } from 'node:net'
import {
  controlCodeName,
  decodeSockaddr,
  encodeSockaddr,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  SOCKADDR_MAX_SIZE,
  SOCKET_ERROR,
  WSA_IO_PENDING,
  WSAEINVAL,
  WSAENOTSOCK,
} from '@winport/definitions'
import {
  AbortError,
  type AddressFamily,
  AdoptionUnsupportedError,
  attachHandle,
  type ConnectOptions,
  checkIoctlArguments,
  checkSocketAddress,
  connectHandle,
  type IoctlOptions,
  type ListenOptions,
  listenOnHandle,
  type NodeHandle,
  openConnectionHandle,
  openDatagramHandle,
  openServerHandle,
  type Protocol,
  type SocketAddress,
  WinsockError,
  type WinsockSocket,
} from '@winport/transport'
import { NULL } from './native-memory.js'
import { OutstandingCalls } from './outstanding-calls.js'
import { OverlappedCall } from './overlapped-call.js'
import type { PendingCalls } from './pending-calls.js'
import type { SocketHandle, WinsockFunctions } from './winsock-functions.js'
import type { WinsockLibrary } from './winsock-library.js'

/** What a socket needs of its transport. */
export interface SocketHome {
  readonly library: WinsockLibrary
  /** The calls that closing the transport waits for. */
  readonly calls: OutstandingCalls
  /** Called once, when the socket is closed or Node's. */
  forget(socket: KoffiSocket): void
}

const INT32_MAX = 0x7fff_ffff

// Calls are synchronous and made on one thread: they can share what they pass by reference.
const bytesReturned = new Uint32Array(1)
const name = new Uint8Array(SOCKADDR_MAX_SIZE)
const nameLength = new Int32Array(1)
const off = new Int32Array(1)

/** A socket of Winsock's. */
export class KoffiSocket implements WinsockSocket {
  readonly protocol: Protocol
  readonly family: AddressFamily
  readonly winsock: WinsockFunctions
  readonly pending: PendingCalls
  readonly #home: SocketHome
  readonly #calls = new OutstandingCalls()
  #handle: SocketHandle | undefined
  #adopted = false
  #bound = false

  constructor(protocol: Protocol, family: AddressFamily, handle: SocketHandle, home: SocketHome) {
    this.protocol = protocol
    this.family = family
    this.winsock = home.library.winsock
    this.pending = home.library.pending
    this.#home = home
    this.#handle = handle
  }

  /** The SOCKET; undefined once it is closed or libuv's. */
  get handle(): SocketHandle | undefined {
    return this.#handle
  }

  ioctl(code: number, input: Uint8Array | null, output: Uint8Array | null): number {
    checkIoctlArguments(code, input, output)
    const handle = this.#handle
    if (handle === undefined || this.#adopted) throw this.#notOpen(`WSAIoctl(${controlCodeName(code)})`)
    bytesReturned[0] = 0
    const result = this.winsock.WSAIoctl(
      handle,
      code,
      input === null ? NULL : input,
      input === null ? 0 : input.length,
      output === null ? NULL : output,
      output === null ? 0 : output.length,
      bytesReturned,
      NULL,
      NULL,
    )
    if (result === SOCKET_ERROR) throw this.#ioctlFailure(this.winsock.WSAGetLastError(), code)
    return bytesReturned[0] ?? 0
  }

  async ioctlAsync(
    code: number,
    input: Uint8Array | null,
    output: Uint8Array | null,
    options?: IoctlOptions,
  ): Promise<number> {
    checkIoctlArguments(code, input, output)
    const signal = options?.signal
    if (signal?.aborted === true) throw new AbortError({ cause: signal.reason })
    const handle = this.#handle
    if (handle === undefined || this.#adopted) throw this.#notOpen(`WSAIoctl(${controlCodeName(code)})`)
    const { winsock, pending } = this
    const block = pending.take(input, output)
    bytesReturned[0] = 0
    const result = winsock.WSAIoctl(
      handle,
      code,
      block.input,
      input === null ? 0 : input.length,
      block.output,
      output === null ? 0 : output.length,
      bytesReturned,
      block.overlapped,
      NULL,
    )
    if (result === SOCKET_ERROR) {
      const errno = winsock.WSAGetLastError()
      if (errno === WSA_IO_PENDING) {
        const call = new OverlappedCall(this, code, block, output, signal)
        pending.add(call)
        return await this.#home.calls.track(this.#calls.track(call.result))
      }
      pending.give(block)
      throw this.#ioctlFailure(errno, code)
    }
    block.store(output)
    pending.give(block)
    return bytesReturned[0] ?? 0
  }

  // No SO_EXCLUSIVEADDRUSE, as in libuv: nobody can bind a port of a reservation from outside of it anyway, and the
  // option would withhold the port while a connection of its last user lingers.
  bind(address: SocketAddress): void {
    checkSocketAddress('address', address)
    const length = encodeSockaddr(address, name)
    const handle = this.#open('bind')
    if (this.family === 'ipv6') {
      // Winsock's default is IPv6 alone, Node's servers take both. As in libuv a failure is none: there may be no IPv4.
      this.winsock.setsockopt(handle, IPPROTO_IPV6, IPV6_V6ONLY, off, off.byteLength)
    }
    if (this.winsock.bind(handle, name, length) === SOCKET_ERROR) throw this.#failure('bind')
    this.#bound = true
  }

  localAddress(): AddressInfo {
    const handle = this.#open('getsockname')
    nameLength[0] = name.length
    if (this.winsock.getsockname(handle, name, nameLength) === SOCKET_ERROR) throw this.#failure('getsockname')
    return decodeSockaddr(name)
  }

  async listen(server: Server, { backlog }: ListenOptions = {}): Promise<void> {
    await listenOnHandle(server, await this.#handOver('listen', openServerHandle), backlog)
  }

  async attach(socket: DatagramSocket): Promise<void> {
    await attachHandle(socket, await this.#handOver('attach', openDatagramHandle))
  }

  async connect(remote: SocketAddress, { signal }: ConnectOptions = {}): Promise<Socket> {
    checkSocketAddress('remote', remote)
    return await connectHandle(await this.#handOver('connect', openConnectionHandle), remote, signal)
  }

  close(): void {
    if (this.#adopted || this.#handle === undefined) return
    this.#home.forget(this)
    this.#closeHandle()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** Makes the SOCKET libuv's. It is closed if libuv does not take it. */
  async #handOver(syscall: string, open: (socket: number) => NodeHandle): Promise<NodeHandle> {
    this.#open(syscall)
    if (!this.#bound) throw new WinsockError(WSAEINVAL, syscall)
    this.#adopted = true
    this.#home.forget(this)
    // libuv gives the socket a completion port, which the completion of a call from before would reach as well.
    if (this.#calls.size > 0) await this.#home.calls.track(this.#calls.settled())
    try {
      const opened = open(descriptor(this.#handle))
      this.#handle = undefined
      return opened
    } catch (error) {
      try {
        this.#closeHandle()
      } catch {
        // The first error tells what is wrong.
      }
      throw error
    }
  }

  #closeHandle(): void {
    const handle = this.#handle
    if (handle === undefined) return
    this.#handle = undefined
    if (this.winsock.closesocket(handle) === SOCKET_ERROR) throw this.#failure('closesocket')
  }

  #open(syscall: string): SocketHandle {
    if (this.#handle === undefined || this.#adopted) throw this.#notOpen(syscall)
    return this.#handle
  }

  #notOpen(syscall: string): WinsockError {
    return new WinsockError(WSAENOTSOCK, syscall)
  }

  #failure(syscall: string): WinsockError {
    return new WinsockError(this.winsock.WSAGetLastError(), syscall)
  }

  #ioctlFailure(errno: number, code: number): WinsockError {
    return new WinsockError(errno, `WSAIoctl(${controlCodeName(code)})`, { bytesReturned: bytesReturned[0] ?? 0 })
  }
}

/** The SOCKET as Node's handles take it: an int. Windows' handles are small numbers in practice. */
function descriptor(handle: SocketHandle | undefined): number {
  if (typeof handle === 'number' && handle >= 0 && handle <= INT32_MAX) return handle
  throw new AdoptionUnsupportedError(`the SOCKET ${handle} does not fit the int that it takes`)
}
