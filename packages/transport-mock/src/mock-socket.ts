import type { Socket as DatagramSocket } from 'node:dgram'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import {
  controlCodeName,
  decodeSockaddr,
  encodeSockaddr,
  SOCKADDR_MAX_SIZE,
  WSA_OPERATION_ABORTED,
  WSAEAFNOSUPPORT,
  WSAEINVAL,
  WSAENOTSOCK,
} from '@winport/definitions'
import {
  AbortError,
  type AddressFamily,
  type BindOptions,
  type ConnectOptions,
  type IoctlOptions,
  type ListenOptions,
  type NodeHandle,
  type Protocol,
  type SocketAddress,
  WinsockError,
  type WinsockSocket,
} from '@winport/transport'
import {
  attachHandle,
  bindInto,
  bindUnchecked,
  checkBindOptions,
  checkIoctlArguments,
  checkSocketAddress,
  closeGuard,
  connected,
  errnoOf,
  failedWith,
  listenOnHandle,
  newDatagramHandle,
  newServerHandle,
  throwIfAborted,
} from '@winport/transport/backend'
import { controlCall, searchForCall } from './control-call.js'
import type { MockCall } from './fault-plan.js'
import { HeldCall, heldOneTurn } from './held-call.js'
import { finishInTurns, type Search } from './host-ports.js'
import type { MockSocketState } from './kernel-snapshot.js'
import type { MockProcess } from './mock-process.js'
import type { Anchor, Binding, PortPool, Reservation } from './port-pool.js'

/** A socket of the simulated kernel. */
export class MockSocket implements WinsockSocket, Anchor {
  readonly protocol: Protocol
  readonly family: AddressFamily
  readonly process: MockProcess
  /** Absent for a socket that is neither TCP nor UDP. */
  readonly pool: PortPool | undefined
  #state: MockSocketState = 'open'
  #binding: Binding | undefined
  #remote: SocketAddress | null = null
  #pending: Set<() => void> | undefined
  /** The reservation that bind takes a port from. */
  association: Reservation | undefined
  acquired: Set<Reservation> | undefined

  constructor(protocol: Protocol, family: AddressFamily, process: MockProcess, pool: PortPool | undefined) {
    this.protocol = protocol
    this.family = family
    this.process = process
    this.pool = pool
  }

  get pid(): number {
    return this.process.pid
  }

  get state(): MockSocketState {
    return this.#state
  }

  get binding(): Binding | undefined {
    return this.#binding
  }

  /** The other end of a connection. */
  get remote(): SocketAddress | null {
    return this.#remote
  }

  get pendingCalls(): number {
    return this.#pending?.size ?? 0
  }

  ioctl(code: number, input: Uint8Array | null, output: Uint8Array | null): number {
    checkIoctlArguments(code, input, output)
    const fault = this.#state === 'open' ? this.#takeFault(code, false) : undefined
    return this.#finishControl(code, typeof fault === 'number' ? fault : undefined, input, output)
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
    if (this.#state !== 'open') return this.#finishControl(code, undefined, input, output)
    const fault = this.#takeFault(code, true)
    if (typeof fault === 'number') return this.#finishControl(code, fault, input, output)
    const { world } = this.process.kernel
    const held = fault ?? (world.overlappedCall === 'pending-later' ? heldOneTurn() : undefined)
    const search = searchForCall(this, code, input)
    if (held === undefined && search === undefined) return this.#finishControl(code, undefined, input, output)
    return this.#finishLater(code, input, output, signal, held, search)
  }

  /** Carries out a control call that waits, or that takes time. */
  async #finishLater(
    code: number,
    input: Uint8Array | null,
    output: Uint8Array | null,
    signal: AbortSignal | undefined,
    held: HeldCall | undefined,
    search: Search | undefined,
  ): Promise<number> {
    const request = input?.slice() ?? null // Windows reads the input before the call returns
    const syscall = `WSAIoctl(${controlCodeName(code)})`
    const errno = held && (await this.#wait(held, syscall, signal))
    const pause = () => this.#wait(heldOneTurn(), syscall, signal)
    const found = errno === undefined && search ? await finishInTurns(search, pause) : undefined
    return this.#finishControl(code, this.state === 'closed' ? WSA_OPERATION_ABORTED : errno, request, output, found)
  }

  bind(address: SocketAddress, options?: BindOptions): void {
    checkSocketAddress('address', address)
    const asked = checkBindOptions(this, options)
    const local = decodeAddress(address)
    this.#checkOpen('bind')
    this.#failIfPlanned('bind')
    if (this.#binding !== undefined) throw new WinsockError(WSAEINVAL, 'bind')
    if (local.family !== familyName(this.family)) throw new WinsockError(WSAEAFNOSUPPORT, 'bind')
    const { association } = this
    const isAnchor = association?.anchor === this
    const binding = this.pool?.bind(local.address, local.port, association, asked, isAnchor) ?? WSAEINVAL
    if (typeof binding === 'number') throw new WinsockError(binding, 'bind')
    this.#binding = binding
    if (isAnchor && association !== undefined) association.served = true
  }

  localAddress(): AddressInfo {
    this.#checkOpen('getsockname')
    this.#failIfPlanned('getsockname')
    if (this.#binding === undefined) throw new WinsockError(WSAEINVAL, 'getsockname')
    const { address, port } = this.#binding
    return { address, family: familyName(this.family), port }
  }

  async listen(server: Server, { backlog }: ListenOptions = {}): Promise<void> {
    const throwIfClosed = closeGuard(server)
    await this.#adopt('listen', server, undefined, (binding) => {
      const handle = this.#handleOn(newServerHandle(), binding, bindUnchecked)
      return listenOnHandle(server, handle, backlog, throwIfClosed, binding)
    })
  }

  async adopt(socket: DatagramSocket): Promise<void> {
    await this.#adopt('adopt', socket, undefined, async (binding) => {
      await attachHandle(socket, this.#handleOn(newDatagramHandle(), binding, bindInto))
    })
  }

  adoptInto(handle: NodeHandle): void {
    const binding = this.#beginAdoption('adoptInto')
    try {
      this.#failIfPlanned('adoptInto')
      this.#bindHandle(handle, binding, bindInto)
    } catch (error) {
      this.leave()
      throw error
    }
  }

  async connect(remote: SocketAddress, { signal, ...options }: ConnectOptions = {}): Promise<Socket> {
    checkSocketAddress('remote', remote)
    if (this.#state === 'open' && this.#binding === undefined) {
      this.bind({ address: this.family === 'ipv4' ? '0.0.0.0' : '::', port: 0 })
    }
    return await this.#adopt('connect', undefined, signal, async ({ address, port }) => {
      this.#remote = remote
      const local = { localAddress: address, localPort: port }
      const connection = connect({ host: remote.address, port: remote.port, ...local, ...options })
      await connected(connection, signal)
      connection.once('close', () => this.leave())
      return connection
    })
  }

  close(): void {
    if (this.#state !== 'open') return
    this.leave()
    this.#failIfPlanned('closesocket')
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** Removes the socket from the kernel: it was closed, Node closed it, or its process ended. */
  leave(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    for (const abort of [...(this.#pending ?? [])]) abort()
    for (const reservation of this.acquired ?? []) this.pool?.release(reservation)
    if (this.#binding !== undefined) this.pool?.unbind(this.#binding)
    this.#binding = undefined
    this.process.kernel.sockets.delete(this)
  }

  #takeFault(code: number, canWait: boolean): number | HeldCall | undefined {
    return this.process.kernel.faults.take(controlCodeName(code) as MockCall, canWait)
  }

  #finishControl(
    code: number,
    fault: number | undefined,
    input: Uint8Array | null,
    output: Uint8Array | null,
    found?: number,
  ): number {
    const result = fault === undefined ? controlCall(this, code, input, output, found) : failedWith(fault)
    if (result < 0) throw new WinsockError(errnoOf(result), `WSAIoctl(${controlCodeName(code)})`)
    return result
  }

  /** Waits for the outcome of a held call. Rejects when the socket closes or the signal is aborted. */
  async #wait(held: HeldCall, syscall: string, signal: AbortSignal | undefined): Promise<number | undefined> {
    this.#pending ??= new Set()
    const pending = this.#pending
    return await new Promise((resolve, reject) => {
      const settle = () => {
        pending.delete(closed)
        signal?.removeEventListener('abort', aborted)
      }
      const closed = () => {
        settle()
        reject(new WinsockError(WSA_OPERATION_ABORTED, syscall))
      }
      const aborted = () => {
        settle()
        reject(new AbortError({ cause: new WinsockError(WSA_OPERATION_ABORTED, syscall) }))
      }
      pending.add(closed)
      signal?.addEventListener('abort', aborted)
      held.outcome.then((errno) => {
        settle()
        resolve(errno)
      })
      held.begin()
    })
  }

  /** Hands the socket to Node through `adopt`, which makes the socket leave when Node closes it. */
  async #adopt<Result>(
    call: 'listen' | 'adopt' | 'connect',
    owner: Server | DatagramSocket | undefined,
    signal: AbortSignal | undefined,
    adopt: (binding: Binding) => Promise<Result>,
  ): Promise<Result> {
    const binding = this.#beginAdoption(call)
    try {
      throwIfAborted(signal)
      const fault = this.process.kernel.faults.take(call, true)
      const errno = fault instanceof HeldCall ? await this.#waitFor(owner, fault, call, signal) : fault
      if (errno !== undefined) throw new WinsockError(errno, call)
      return await adopt(binding)
    } catch (error) {
      this.leave()
      throw error
    }
  }

  #beginAdoption(call: string): Binding {
    this.#checkOpen(call)
    if (this.#binding === undefined) throw new WinsockError(WSAEINVAL, call)
    this.#state = 'adopted'
    return this.#binding
  }

  /** Binds a new handle, and closes it if that fails. */
  #handleOn(handle: NodeHandle, binding: Binding, bind: typeof bindInto): NodeHandle {
    try {
      this.#bindHandle(handle, binding, bind)
      return handle
    } catch (error) {
      handle.close()
      throw error
    }
  }

  /** Binds a handle on the host, with the options of bind. The socket leaves the kernel when the handle is closed. */
  #bindHandle(handle: NodeHandle, binding: Binding, bind: typeof bindInto): void {
    bind(handle, this.protocol, binding, binding)
    const { close } = handle
    handle.close = (...args) => {
      this.leave()
      Reflect.apply(close, handle, args)
    }
  }

  /** As {@link #wait}. Also rejects when the owner closes. */
  async #waitFor(
    owner: Server | DatagramSocket | undefined,
    held: HeldCall,
    syscall: string,
    signal: AbortSignal | undefined,
  ): Promise<number | undefined> {
    const closed = () => this.leave()
    owner?.once('close', closed)
    try {
      return await this.#wait(held, syscall, signal)
    } finally {
      owner?.off('close', closed)
    }
  }

  #checkOpen(syscall: string): void {
    if (this.#state !== 'open') throw new WinsockError(WSAENOTSOCK, syscall)
  }

  #failIfPlanned(call: MockCall): void {
    const fault = this.process.kernel.faults.take(call, false)
    if (typeof fault === 'number') throw new WinsockError(fault, call)
  }
}

function familyName(family: AddressFamily): 'IPv4' | 'IPv6' {
  return family === 'ipv4' ? 'IPv4' : 'IPv6'
}

/** Checks and normalizes the address: encodes it as for bind, and decodes it. */
function decodeAddress(address: SocketAddress): ReturnType<typeof decodeSockaddr> {
  encodeSockaddr(address, name)
  return decodeSockaddr(name)
}

// One buffer serves all sockets.
const name = new Uint8Array(SOCKADDR_MAX_SIZE)
