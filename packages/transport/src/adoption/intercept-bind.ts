import type { Socket as DatagramSocket } from 'node:dgram'
import { AdoptionUnsupportedError } from './adoption-unsupported-error.js'
import { exclusively } from './exclusive-call.js'
import { type NodeHandle, UV_UDP_IPV6ONLY, UV_UDP_REUSEADDR } from './handle-classes.js'
import { serveIpv4 } from './ipv4-through-ipv6.js'
import { isClusterWorker } from './is-cluster-worker.js'

/** Where a call of `bind` wants a datagram socket to be. */
export interface DatagramBindRequest {
  /** An IP address. */
  readonly address: string
  /** 0 is any free port. */
  readonly port: number
  readonly reuseAddr: boolean
  readonly ipv6Only: boolean
  /** SO_REUSEPORT, which Windows does not have. */
  readonly reusePort: boolean
}

type Bind = (request: DatagramBindRequest, handle: NodeHandle) => void

const interceptions = new WeakMap<DatagramSocket, { bind: Bind }>()

/**
 * Makes an unbound datagram socket get its socket from `bind` when it is bound to an address, by whatever form of its own `bind`, and
 * when it is bound by its first `send`. `bind` puts a socket into the handle. An error that it throws is emitted. Descriptors and
 * handles pass. A later call for the same socket replaces `bind`.
 *
 * In a cluster worker dgram asks the primary for a socket, unless the call says `exclusive`: here each call does.
 *
 * @throws AdoptionUnsupportedError
 */
export function interceptBind(socket: DatagramSocket, bind: Bind): void {
  const known = interceptions.get(socket)
  if (known !== undefined) {
    known.bind = bind
    return
  }
  const handle = handleOf(socket)
  if (handle === undefined) throw new AdoptionUnsupportedError('dgram.Socket has no handle')
  const interception = { bind }
  interceptions.set(socket, interception)
  const own = Object.getOwnPropertyDescriptor(handle, 'bind') // the bind6 of a udp6 socket
  const restore = () => {
    Reflect.deleteProperty(handle, 'bind')
    if (own !== undefined) Object.defineProperty(handle, 'bind', own)
  }
  const intercepted = (address: string, asked: unknown, flags: number): number => {
    restore()
    try {
      const known = UV_UDP_REUSEADDR | UV_UDP_IPV6ONLY
      const [reuseAddr, ipv6Only] = [(flags & UV_UDP_REUSEADDR) !== 0, (flags & UV_UDP_IPV6ONLY) !== 0]
      const port = Number(asked) || 0 // the callback, in bind(callback)
      const request = { address, port, reuseAddr, ipv6Only, reusePort: (flags & ~known) !== 0 }
      interception.bind(request, handle)
    } catch (error) {
      handle.bind = intercepted
      replaceNextError(socket, error)
      return UV_EINVAL
    }
    // dgram sets onmessage before it emits 'listening'.
    if (Reflect.get(socket, 'type') === 'udp4') socket.prependOnceListener('listening', () => serveIpv4(handle))
    return 0
  }
  handle.bind = intercepted
  if (isClusterWorker()) {
    const bindSocket = socket.bind
    const exclusive = (...args: unknown[]) =>
      Reflect.apply(bindSocket, socket, exclusively(args, 'address', isDescriptorOrHandle))
    Object.assign(socket, { bind: exclusive })
  }
}

/** Any errno: the error that Node makes of it is replaced. */
const UV_EINVAL = -22

/** The handle is in an object under a symbol that dgram does not export. */
function handleOf(socket: DatagramSocket): NodeHandle | undefined {
  for (const key of Object.getOwnPropertySymbols(socket)) {
    const handle: unknown = Reflect.get(Object(Reflect.get(socket, key)), 'handle')
    if (typeof handle === 'object' && handle !== null && 'bind' in handle) return handle as NodeHandle
  }
  return undefined
}

/** Node makes an error of the errno that a handle returns, and emits it at once. The next 'error' has this value instead. */
function replaceNextError(socket: DatagramSocket, error: unknown): void {
  const own = Object.getOwnPropertyDescriptor(socket, 'emit')
  const emit = (event: string, ...args: unknown[]): boolean => {
    Reflect.deleteProperty(socket, 'emit')
    if (own !== undefined) Object.defineProperty(socket, 'emit', own)
    return event === 'error' ? socket.emit('error', error as Error) : socket.emit(event, ...args)
  }
  Object.defineProperty(socket, 'emit', { value: emit, configurable: true, writable: true })
}

function isDescriptorOrHandle(first: unknown): boolean {
  return typeof first === 'object' && first !== null && ('recvStart' in first || 'fd' in first)
}
