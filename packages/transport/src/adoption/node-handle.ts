import { Socket as DatagramSocket } from 'node:dgram'
import { Server, Socket } from 'node:net'
import type { BindMode } from '../backend/call-arguments.js'
import type { Protocol } from '../port-range.js'
import type { ConnectOptions, SocketAddress } from '../winsock-socket.js'
import { connected } from './connected.js'
import {
  type NodeHandle,
  type ServerHandle,
  TCP_SERVER,
  TCP_SOCKET,
  tcpHandleClass,
  UV_TCP_IPV6ONLY,
  UV_UDP_IPV6ONLY,
  UV_UDP_REUSEADDR,
  udpHandleClass,
} from './handle-classes.js'
import { addressError, handleError } from './handle-error.js'
import { hasIpv6Form } from './has-ipv6-form.js'
import { serveIpv4 } from './ipv4-through-ipv6.js'
import { startListening } from './start-listening.js'

// Node documents `server.listen(handle)` and `dgramSocket.bind({ fd })`, but on Windows neither accepts a socket that Node did
// not open. The handles behind net and dgram do: their open() is libuv's uv_tcp_open and uv_udp_open.

/**
 * Takes over a bound TCP socket for {@link listenOnHandle}. If this throws, the socket still belongs to the caller.
 *
 * @param socket the SOCKET, or the file descriptor on POSIX
 */
export function openServerHandle(socket: number): NodeHandle {
  return opened(newServerHandle(), socket)
}

/** Takes over a bound TCP socket for {@link connectHandle}. If this throws, the socket still belongs to the caller. */
export function openConnectionHandle(socket: number): NodeHandle {
  return opened(new (tcpHandleClass())(TCP_SOCKET), socket)
}

/** Takes over a bound UDP socket for {@link attachHandle}. If this throws, the socket still belongs to the caller. */
export function openDatagramHandle(socket: number): NodeHandle {
  return opened(newDatagramHandle(), socket)
}

/** A handle for a server that owns no socket yet. @throws AdoptionUnsupportedError */
export function newServerHandle(): NodeHandle {
  return new (tcpHandleClass())(TCP_SERVER)
}

/** A handle for a datagram socket that owns no socket yet. @throws AdoptionUnsupportedError */
export function newDatagramHandle(): NodeHandle {
  return new (udpHandleClass())(0)
}

/**
 * Makes a new handle take over a socket. If this throws, the socket still belongs to the caller.
 *
 * @param socket the SOCKET, or the file descriptor on POSIX
 */
export function openInto(handle: NodeHandle, socket: number): void {
  const errno = handle.open(socket)
  if (errno !== 0) throw handleError(errno, 'open', 'Node.js could not take over the socket')
}

/** Opens a socket in a new handle and binds it: for a backend without sockets of its own. */
export function bindInto(handle: NodeHandle, protocol: Protocol, local: SocketAddress, mode: BindMode): void {
  bindUnchecked(handle, protocol, local, mode)
  const errno = handle.getsockname({})
  if (errno !== 0) throw bindError(errno, protocol, local)
}

/**
 * As {@link bindInto}, for a handle that is then passed to {@link listenOnHandle}: libuv reports a TCP address in use only when the
 * bound socket is used.
 */
export function bindUnchecked(
  handle: NodeHandle,
  protocol: Protocol,
  { address, port }: SocketAddress,
  { reuseAddr, ipv6Only }: BindMode,
): void {
  const onlyIpv6 = protocol === 'tcp' ? UV_TCP_IPV6ONLY : UV_UDP_IPV6ONLY
  const flags = (reuseAddr ? UV_UDP_REUSEADDR : 0) | (ipv6Only ? onlyIpv6 : 0)
  const errno = hasIpv6Form(address) ? handle.bind6(address, port, flags) : handle.bind(address, port, flags)
  if (errno !== 0) throw bindError(errno, protocol, { address, port })
}

function bindError(errno: number, protocol: Protocol, local: SocketAddress): Error {
  return addressError(errno, protocol === 'tcp' ? 'listen' : 'bind', local)
}

function opened(handle: NodeHandle, socket: number): NodeHandle {
  try {
    openInto(handle, socket)
    return handle
  } catch (error) {
    handle.close()
    throw error
  }
}

/**
 * Makes a server listen on the handle. If that fails, the handle is closed, and the server emits no 'error'. An overridden `listen`
 * of the server is not called: it would get a handle, which it does not expect.
 *
 * @param throwIfClosed a {@link closeGuard} of the moment when the caller's own call began
 * @param local the address of the handle, if the caller has it
 */
export function listenOnHandle(
  server: Server,
  handle: NodeHandle,
  backlog?: number,
  throwIfClosed?: () => void,
  local?: SocketAddress,
): Promise<void> {
  const start = () => {
    throwIfClosed?.()
    if (!server.listening) listen(handle as ServerHandle, backlog, local)
    withoutSecondListen(handle as ServerHandle, () => {
      Reflect.apply(Server.prototype.listen, server, [handle, backlog])
    })
  }
  // A listener that runs before ours may close the server.
  const isStarted = () => {
    const its: unknown = Reflect.get(server, '_handle')
    return its === handle || its === null
  }
  return startListening(server, start, isStarted, () => handle.close()) // has no effect if Node closed the handle already
}

/** A second `listen` of a handle changes nothing, but it is a call of the system. */
function withoutSecondListen(handle: ServerHandle, work: () => void): void {
  const { listen } = handle
  handle.listen = listensAlready
  try {
    work()
  } finally {
    handle.listen = listen
  }
}

const listensAlready = () => 0

/** Node would emit an error of this call. */
function listen(handle: ServerHandle, backlog: number | undefined, local: SocketAddress | undefined): void {
  const errno = handle.listen(backlog || NODE_BACKLOG)
  if (errno !== 0) throw addressError(errno, 'listen', local ?? addressOf(handle))
}

function addressOf(handle: NodeHandle): SocketAddress {
  const local = { address: '', port: 0 }
  handle.getsockname(local)
  return local
}

/** Makes an unbound dgram socket use the handle. If that fails, the handle is closed. */
export async function attachHandle(socket: DatagramSocket, handle: NodeHandle): Promise<void> {
  await closeUnless(handle, async () => {
    // dgram accepts any object with recvStart() as a handle, but its types do not.
    const bind: (handle: object) => void = DatagramSocket.prototype.bind.bind(socket)
    bind(handle) // emits 'listening' before it returns
    if (Reflect.get(socket, 'type') === 'udp4') serveIpv4(handle)
  })
}

/** Connects the handle and resolves to its socket. If that fails, the handle is closed. */
export async function connectHandle(
  handle: NodeHandle,
  remote: SocketAddress,
  { signal, timeout, ...chosen }: ConnectOptions = {},
): Promise<Socket> {
  return await closeUnless(handle, async () => {
    // Without manualStart the socket would read before it is connected and fail with ENOTCONN.
    const options: ConstructorParameters<typeof Socket>[0] & object = { ...chosen, handle, manualStart: true } as object
    const socket = new Socket(options)
    if (timeout !== undefined) socket.setTimeout(timeout)
    socket.connect({ host: remote.address, port: remote.port })
    await connected(socket, signal)
    return socket
  })
}

/** Node's default. net.js */
const NODE_BACKLOG = 511

async function closeUnless<Result>(handle: NodeHandle, adopt: () => Promise<Result>): Promise<Result> {
  try {
    return await adopt()
  } catch (error) {
    handle.close() // has no effect if Node closed the handle already
    throw error
  }
}
