import cluster from 'node:cluster'
import type { Socket as DatagramSocket } from 'node:dgram'
import { isIPv6, type Server, Socket } from 'node:net'
import { getSystemErrorName } from 'node:util'
import type { BindMode } from '../backend/call-arguments.js'
import type { SocketAddress } from '../winsock-socket.js'
import { AdoptionUnsupportedError } from './adoption-unsupported-error.js'
import { connected } from './connected.js'
import { startListening } from './start-listening.js'

// Everything that depends on Node's internals: the handle classes behind net and dgram, reached through
// process.binding. Node documents `server.listen(handle)` and `dgramSocket.bind({ fd })`, but on Windows neither takes
// a socket that Node did not make; these handles do (libuv's uv_tcp_open and uv_udp_open).

/** A socket that libuv owns: only `close` may close it from now on. */
export interface NodeHandle {
  /** Takes over a socket: 0, or a negative errno of libuv, after which the socket is still the caller's. */
  open(socket: number): number
  bind(address: string, port: number, flags: number): number
  bind6(address: string, port: number, flags: number): number
  getsockname(address: object): number
  close(): void
}

type HandleClass = new (type: number) => NodeHandle

interface TcpWrap {
  readonly TCP: HandleClass
  readonly constants: { readonly SOCKET: number; readonly SERVER: number }
}

interface UdpWrap {
  readonly UDP: HandleClass
  readonly constants: { readonly UV_UDP_IPV6ONLY: number; readonly UV_UDP_REUSEADDR: number }
}

let tcpWrap: TcpWrap | undefined
let udpWrap: UdpWrap | undefined

function loadTcpWrap(): TcpWrap {
  tcpWrap ??= loadBinding<TcpWrap>('tcp_wrap', 'TCP')
  return tcpWrap
}

function loadUdpWrap(): UdpWrap {
  udpWrap ??= loadBinding<UdpWrap>('udp_wrap', 'UDP')
  return udpWrap
}

function loadBinding<Binding>(name: string, className: keyof Binding & string): Binding {
  const load: unknown = Reflect.get(process, 'binding')
  if (typeof load !== 'function') throw new AdoptionUnsupportedError('process.binding is missing')
  let binding: Binding
  try {
    binding = load.call(process, name)
  } catch (error) {
    throw Object.assign(new AdoptionUnsupportedError(`process.binding('${name}') is refused`), { cause: error })
  }
  const handleClass: { prototype?: Partial<NodeHandle> } | undefined = binding[className] ?? undefined
  if (typeof handleClass?.prototype?.open !== 'function') {
    throw new AdoptionUnsupportedError(`${className} of '${name}' has no open()`)
  }
  return binding
}

/**
 * Takes over a bound TCP socket for {@link listenOnHandle}. If this throws, the socket is still the caller's.
 *
 * @param socket the SOCKET, or the descriptor on POSIX
 */
export function openServerHandle(socket: number): NodeHandle {
  if (cluster.isWorker) throw new AdoptionUnsupportedError('in a cluster worker the primary listens')
  const { TCP, constants } = loadTcpWrap()
  return openHandle(new TCP(constants.SERVER), socket)
}

/** Takes over a bound TCP socket for {@link connectHandle}. If this throws, the socket is still the caller's. */
export function openConnectionHandle(socket: number): NodeHandle {
  const { TCP, constants } = loadTcpWrap()
  return openHandle(new TCP(constants.SOCKET), socket)
}

/** Takes over a bound UDP socket for {@link attachHandle}. If this throws, the socket is still the caller's. */
export function openDatagramHandle(socket: number): NodeHandle {
  const { UDP } = loadUdpWrap()
  return openHandle(new UDP(0), socket)
}

/**
 * Binds a UDP socket of Node's own for {@link attachHandle}: dgram takes these options only when its socket is made.
 * If this throws, nothing is left.
 */
export function bindDatagramHandle({ address, port }: SocketAddress, { reuseAddr, ipv6Only }: BindMode): NodeHandle {
  const { UDP, constants } = loadUdpWrap()
  const flags = (reuseAddr ? constants.UV_UDP_REUSEADDR : 0) | (ipv6Only ? constants.UV_UDP_IPV6ONLY : 0)
  const handle = new UDP(0)
  const errno = isIPv6(address) ? handle.bind6(address, port, flags) : handle.bind(address, port, flags)
  if (errno === 0) return handle
  handle.close()
  const code = getSystemErrorName(errno)
  throw Object.assign(new Error(`bind ${code} ${address}:${port}`), { code, errno, syscall: 'bind', address, port })
}

function openHandle(handle: NodeHandle, socket: number): NodeHandle {
  const errno = handle.open(socket)
  if (errno !== 0) {
    handle.close()
    const code = getSystemErrorName(errno)
    throw Object.assign(new Error(`Node.js could not take over the socket: ${code}`), { code, errno, syscall: 'open' })
  }
  return handle
}

/** Makes a server listen on the handle; if that fails the handle is closed. */
export async function listenOnHandle(server: Server, handle: NodeHandle, backlog?: number): Promise<void> {
  await closeUnless(handle, async () => {
    await startListening(server, () => server.listen(handle, backlog))
  })
}

/** Makes an unbound dgram socket use the handle; if that fails the handle is closed. */
export async function attachHandle(socket: DatagramSocket, handle: NodeHandle): Promise<void> {
  await closeUnless(handle, async () => {
    // dgram takes any object with recvStart() for a handle; its types know only ports and options.
    const bind: (handle: object) => void = socket.bind.bind(socket)
    bind(handle) // emits 'listening' before it returns
  })
}

/** Connects the handle and resolves to its socket; if that fails the handle is closed. */
export async function connectHandle(handle: NodeHandle, remote: SocketAddress, signal?: AbortSignal): Promise<Socket> {
  return await closeUnless(handle, async () => {
    // manualStart: a socket made from a handle would read at once and fail with ENOTCONN.
    const options: ConstructorParameters<typeof Socket>[0] & object = { handle, manualStart: true } as object
    const socket = new Socket(options)
    socket.connect({ host: remote.address, port: remote.port })
    await connected(socket, signal)
    return socket
  })
}

async function closeUnless<Result>(handle: NodeHandle, adopt: () => Promise<Result>): Promise<Result> {
  try {
    return await adopt()
  } catch (error) {
    handle.close() // does nothing where Node closed it already
    throw error
  }
}

/**
 * Tells whether a port of this machine can be bound right now, by binding it for a moment. It does not listen: a
 * connection to that port must be refused as ever, and others who ask at the same time must not be in each other's way.
 */
export function isHostPortFree(protocol: 'tcp' | 'udp', port: number): boolean {
  if (protocol === 'udp') {
    const { UDP } = loadUdpWrap()
    return isFree(() => new UDP(0), port)
  }
  const { TCP, constants } = loadTcpWrap()
  return isFree(() => new TCP(constants.SERVER), port)
}

const NO_IPV6: ReadonlySet<string> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL'])

function isFree(open: () => NodeHandle, port: number): boolean {
  let errno = tryBind(open(), (handle) => handle.bind6('::', port, 0))
  if (errno !== 0 && NO_IPV6.has(getSystemErrorName(errno))) {
    errno = tryBind(open(), (handle) => handle.bind('0.0.0.0', port, 0))
  }
  return errno === 0
}

function tryBind(handle: NodeHandle, bind: (handle: NodeHandle) => number): number {
  // libuv keeps a TCP address that is in use to itself until the socket is used.
  const errno = bind(handle) || handle.getsockname({})
  handle.close()
  return errno
}
