import type { Socket as DatagramSocket } from 'node:dgram'
import { isIPv6, type Server, Socket } from 'node:net'
import { getSystemErrorName } from 'node:util'
import type { BindMode } from '../backend/call-arguments.js'
import type { SocketAddress } from '../winsock-socket.js'
import { connected } from './connected.js'
import {
  type HandleClass,
  type NodeHandle,
  TCP_SERVER,
  TCP_SOCKET,
  tcpHandleClass,
  UV_UDP_IPV6ONLY,
  UV_UDP_REUSEADDR,
  udpHandleClass,
} from './handle-classes.js'
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
  return openHandle(tcpHandleClass(), TCP_SERVER, socket)
}

/** Takes over a bound TCP socket for {@link connectHandle}. If this throws, the socket still belongs to the caller. */
export function openConnectionHandle(socket: number): NodeHandle {
  return openHandle(tcpHandleClass(), TCP_SOCKET, socket)
}

/** Takes over a bound UDP socket for {@link attachHandle}. If this throws, the socket still belongs to the caller. */
export function openDatagramHandle(socket: number): NodeHandle {
  return openHandle(udpHandleClass(), 0, socket)
}

/**
 * Opens and binds a UDP socket for {@link attachHandle}, with options that dgram accepts only in `createSocket`. If this
 * throws, nothing is open.
 */
export function bindDatagramHandle({ address, port }: SocketAddress, { reuseAddr, ipv6Only }: BindMode): NodeHandle {
  const flags = (reuseAddr ? UV_UDP_REUSEADDR : 0) | (ipv6Only ? UV_UDP_IPV6ONLY : 0)
  const handle = new (udpHandleClass())(0)
  const errno = isIPv6(address) ? handle.bind6(address, port, flags) : handle.bind(address, port, flags)
  if (errno === 0) return handle
  handle.close()
  const code = getSystemErrorName(errno)
  throw Object.assign(new Error(`bind ${code} ${address}:${port}`), { code, errno, syscall: 'bind', address, port })
}

function openHandle(Handle: HandleClass, type: number, socket: number): NodeHandle {
  const handle = new Handle(type)
  const errno = handle.open(socket)
  if (errno !== 0) {
    handle.close()
    const code = getSystemErrorName(errno)
    throw Object.assign(new Error(`Node.js could not take over the socket: ${code}`), { code, errno, syscall: 'open' })
  }
  return handle
}

/**
 * Makes a server listen on the handle. If that fails, the handle is closed.
 *
 * @param throwIfClosed a {@link closeGuard} of the moment when the caller's own call began
 */
export async function listenOnHandle(
  server: Server,
  handle: NodeHandle,
  backlog?: number,
  throwIfClosed?: () => void,
): Promise<void> {
  await closeUnless(handle, async () => {
    throwIfClosed?.()
    await startListening(server, () => server.listen(handle, backlog))
  })
}

/** Makes an unbound dgram socket use the handle. If that fails, the handle is closed. */
export async function attachHandle(socket: DatagramSocket, handle: NodeHandle): Promise<void> {
  await closeUnless(handle, async () => {
    // dgram accepts any object with recvStart() as a handle, but its types do not.
    const bind: (handle: object) => void = socket.bind.bind(socket)
    bind(handle) // emits 'listening' before it returns
    if (Reflect.get(socket, 'type') === 'udp4') serveIpv4(handle)
  })
}

/** Connects the handle and resolves to its socket. If that fails, the handle is closed. */
export async function connectHandle(handle: NodeHandle, remote: SocketAddress, signal?: AbortSignal): Promise<Socket> {
  return await closeUnless(handle, async () => {
    // Without manualStart the socket would read before it is connected and fail with ENOTCONN.
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
    handle.close() // has no effect if Node closed the handle already
    throw error
  }
}
