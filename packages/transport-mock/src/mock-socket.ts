import type { Socket as DatagramSocket } from 'node:dgram'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import { setImmediate } from 'node:timers'
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
  type Protocol,
  type SocketAddress,
  WinsockError,
  type WinsockSocket,
} from '@winport/transport'
import {
  attachHandle,
  bindDatagramHandle,
  checkBindOptions,
  checkIoctlArguments,
  checkSocketAddress,
  connected,
  errnoOf,
  failedWith,
  startListening,
  throwIfAborted,
  type World,
} from '@winport/transport/backend'
import { controlCall } from './control-call.js'
import { type FaultPlan, Hold, type MockCall } from './fault-plan.js'
import type { ErrorNumbers } from './kernel-world.js'
import type { MockTransport } from './mock-transport.js'
import type { Binding, PortPool, Reservation } from './port-pool.js'

/** What a socket needs of the kernel it is a socket of. */
export interface SocketHome {
  readonly transport: MockTransport
  /** Absent for a socket that is neither TCP nor UDP. */
  readonly pool: PortPool | undefined
  readonly faults: FaultPlan
  /** False before Windows Vista. */
  readonly supported: boolean
  readonly world: World
  readonly errors: ErrorNumbers
  /** Called once, when the kernel forgets the socket. */
  readonly forget: (socket: MockSocket) => void
}

export type MockSocketState = 'open' | 'adopted' | 'closed'

/** A socket of the simulated kernel. */
export class MockSocket implements WinsockSocket {
  readonly protocol: Protocol
  readonly family: AddressFamily
  readonly home: SocketHome
  #state: MockSocketState = 'open'
  #binding: Binding | undefined
  #acquired: Reservation[] | undefined
  #pending: Set<() => void> | undefined
  /** The reservation that bind takes its port from. */
  association: Reservation | undefined

  constructor(protocol: Protocol, family: AddressFamily, home: SocketHome) {
    this.protocol = protocol
    this.family = family
    this.home = home
  }

  get pid(): number {
    return this.home.transport.pid
  }

  get state(): MockSocketState {
    return this.#state
  }

  get binding(): Binding | undefined {
    return this.#binding
  }

  get pendingCalls(): number {
    return this.#pending?.size ?? 0
  }

  /** Whether a reservation was ever acquired on this socket. */
  get hasAcquired(): boolean {
    return this.#acquired !== undefined
  }

  /** The reservation was acquired here, and ends with this socket. */
  anchor(reservation: Reservation): void {
    this.#acquired ??= []
    this.#acquired.push(reservation)
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
    checkIoctlArguments(code, input, output)
    const signal = options?.signal
    throwIfAborted(signal)
    const fault = this.#state === 'open' ? this.#takeFault(code, true) : undefined
    const hold = fault === undefined && this.home.world.overlappedCall === 'pending-later' ? completeLater() : fault
    if (!(hold instanceof Hold)) return this.#finishControl(code, hold, input, output)
    const request = input?.slice() ?? null // the kernel has read the input before the call returns
    const errno = await this.#wait(hold, `WSAIoctl(${controlCodeName(code)})`, signal)
    return this.#finishControl(code, this.#state === 'closed' ? WSA_OPERATION_ABORTED : errno, request, output)
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
    const binding = this.home.pool?.bind(local.address, local.port, association, asked, isAnchor) ?? WSAEINVAL
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
    await this.#adopt('listen', server, undefined, async ({ address, port, ipv6Only }) => {
      await startListening(server, () => server.listen({ host: address, port, ipv6Only, backlog, exclusive: true }))
      const closed = () => {
        if (server.listening) return
        server.off('close', closed)
        this.leave()
      }
      server.on('close', closed)
      closed() // a listener of 'listening' may have closed it
    })
  }

  async attach(socket: DatagramSocket): Promise<void> {
    await this.#adopt('attach', socket, undefined, async (binding) => {
      const closed = () => this.leave()
      socket.once('close', closed)
      try {
        await attachHandle(socket, bindDatagramHandle(binding, binding)) // whatever options the socket was made with
      } catch (error) {
        socket.off('close', closed)
        throw error
      }
    })
  }

  async connect(remote: SocketAddress, { signal }: ConnectOptions = {}): Promise<Socket> {
    checkSocketAddress('remote', remote)
    if (this.#state === 'open' && this.#binding === undefined) {
      this.bind({ address: this.family === 'ipv4' ? '0.0.0.0' : '::', port: 0 })
    }
    return await this.#adopt('connect', undefined, signal, async ({ address, port }) => {
      const local = { localAddress: address, localPort: port }
      const connection = connect({ host: remote.address, port: remote.port, ...local })
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

  /** The kernel forgets the socket: closed, adopted and closed by Node, or gone with its process. */
  leave(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    for (const abort of [...(this.#pending ?? [])]) abort()
    const { pool, forget } = this.home
    for (const reservation of this.#acquired ?? []) if (reservation.held) pool?.release(reservation)
    if (this.#binding !== undefined) pool?.unbind(this.#binding)
    this.#binding = undefined
    forget(this)
  }

  #takeFault(code: number, canWait: boolean): number | Hold | undefined {
    return this.home.faults.take(controlCodeName(code) as MockCall, canWait)
  }

  #finishControl(code: number, fault: number | undefined, input: Uint8Array | null, output: Uint8Array | null): number {
    const result = fault === undefined ? controlCall(this, code, input, output) : failedWith(fault)
    if (result < 0) throw new WinsockError(errnoOf(result), `WSAIoctl(${controlCodeName(code)})`)
    return result
  }

  /** Waits for a held call's outcome; the socket's closing or the signal ends the wait with an error. */
  async #wait(hold: Hold, syscall: string, signal: AbortSignal | undefined): Promise<number | undefined> {
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
      hold.outcome.then((errno) => {
        settle()
        resolve(errno)
      })
      hold.begin()
    })
  }

  /** Hands the socket to Node: `adopt` does it, and sees to it that the socket leaves when Node closes it. */
  async #adopt<Result>(
    call: 'listen' | 'attach' | 'connect',
    owner: Server | DatagramSocket | undefined,
    signal: AbortSignal | undefined,
    adopt: (binding: Binding) => Promise<Result>,
  ): Promise<Result> {
    this.#checkOpen(call)
    if (this.#binding === undefined) throw new WinsockError(WSAEINVAL, call)
    const binding = this.#binding
    this.#state = 'adopted'
    try {
      throwIfAborted(signal)
      const fault = this.home.faults.take(call, true)
      const errno = fault instanceof Hold ? await this.#waitFor(owner, fault, call, signal) : fault
      if (errno !== undefined) throw new WinsockError(errno, call)
      return await adopt(binding)
    } catch (error) {
      this.leave()
      throw error
    }
  }

  /** As {@link #wait}; the owner's closing ends the wait too. */
  async #waitFor(
    owner: Server | DatagramSocket | undefined,
    hold: Hold,
    syscall: string,
    signal: AbortSignal | undefined,
  ): Promise<number | undefined> {
    const closed = () => this.leave()
    owner?.once('close', closed)
    try {
      return await this.#wait(hold, syscall, signal)
    } finally {
      owner?.off('close', closed)
    }
  }

  #checkOpen(syscall: string): void {
    if (this.#state !== 'open') throw new WinsockError(WSAENOTSOCK, syscall)
  }

  #failIfPlanned(call: MockCall): void {
    const fault = this.home.faults.take(call, false)
    if (typeof fault === 'number') throw new WinsockError(fault, call)
  }
}

/** An outcome that comes in a later turn of the event loop. */
function completeLater(): Hold {
  const hold = new Hold()
  setImmediate(() => hold.complete())
  return hold
}

function familyName(family: AddressFamily): 'IPv4' | 'IPv6' {
  return family === 'ipv4' ? 'IPv4' : 'IPv6'
}

/** Reads the address from the bytes that bind would be passed, so that its text is checked and normalized. */
function decodeAddress(address: SocketAddress): ReturnType<typeof decodeSockaddr> {
  const bytes = new Uint8Array(SOCKADDR_MAX_SIZE)
  return decodeSockaddr(bytes.subarray(0, encodeSockaddr(address, bytes)))
}
