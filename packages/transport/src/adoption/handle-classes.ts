import dgram from 'node:dgram'
import net from 'node:net'
import { messageOf } from '../backend/message-of.js'
import { AdoptionUnsupportedError } from './adoption-unsupported-error.js'

// Node exports its handle classes nowhere. net and dgram create handles of them; a handle's constructor is the class. The
// second source is process.binding, which prints a deprecation warning under --pending-deprecation (DEP0111).

/** A socket that libuv owns. From the moment it is opened, only `close` may close the socket. */
export interface NodeHandle {
  /** Takes over a socket. Returns 0, or a negative errno of libuv; then the socket still belongs to the caller. */
  open(socket: number): number
  bind(address: string, port: number, flags: number): number
  bind6(address: string, port: number, flags: number): number
  getsockname(address: object): number
  close(): void
}

/** A TCP handle that waits for connections. */
export interface ServerHandle extends NodeHandle {
  /** Returns 0, or a negative errno of libuv. A second call only changes the callback for connections. */
  listen(backlog: number): number
}

export type HandleClass = new (type: number) => NodeHandle

/** The type of a TCP handle for a connection. tcp_wrap.h */
export const TCP_SOCKET = 0
/** The type of a TCP handle for a server. tcp_wrap.h */
export const TCP_SERVER = 1
/** The flag of `bind6` of a TCP handle. uv.h */
export const UV_TCP_IPV6ONLY = 1
/** The flags of `bind` and `bind6` of a UDP handle. uv.h */
export const UV_UDP_IPV6ONLY = 1
export const UV_UDP_REUSEADDR = 4

interface Source {
  readonly name: string
  find(): unknown
}

const TCP_SOURCES: readonly Source[] = [
  { name: 'net._createServerHandle', find: classOfServerHandle },
  { name: "process.binding('tcp_wrap')", find: () => classOfBinding('tcp_wrap', 'TCP') },
]

const UDP_SOURCES: readonly Source[] = [
  { name: 'dgram.createSocket', find: classOfDatagramHandle },
  { name: "process.binding('udp_wrap')", find: () => classOfBinding('udp_wrap', 'UDP') },
]

let tcp: HandleClass | undefined
let udp: HandleClass | undefined

/** The class of TCP handles. @throws AdoptionUnsupportedError */
export function tcpHandleClass(): HandleClass {
  tcp ??= findClass(TCP_SOURCES)
  return tcp
}

/** The class of UDP handles. @throws AdoptionUnsupportedError */
export function udpHandleClass(): HandleClass {
  udp ??= findClass(UDP_SOURCES)
  return udp
}

function findClass(sources: readonly Source[]): HandleClass {
  const failures: Error[] = []
  for (const { name, find } of sources) {
    try {
      const found = find()
      if (isHandleClass(found)) return found
      failures.push(new Error(`${name} has no handle class`))
    } catch (cause) {
      failures.push(new Error(`${name} failed: ${messageOf(cause)}`, { cause }))
    }
  }
  const missing = failures.map(({ message }) => message.replace(/\.$/, '')).join('; ')
  throw new AdoptionUnsupportedError(missing, { cause: new AggregateError(failures) })
}

function isHandleClass(found: unknown): found is HandleClass {
  return typeof found === 'function' && typeof Reflect.get(Object(found.prototype), 'open') === 'function'
}

/** The function binds the handle that it creates, so this uses a free port of the loopback address for a moment. */
function classOfServerHandle(): unknown {
  const create: unknown = Reflect.get(net, '_createServerHandle')
  if (typeof create !== 'function') return undefined
  for (const [address, family] of [
    ['127.0.0.1', 4],
    ['::1', 6],
  ]) {
    const handle: unknown = create(address, 0, family) // the number of an error if it cannot bind
    if (typeof handle !== 'object' || handle === null) continue
    close(handle)
    return handle.constructor
  }
  return undefined
}

/** The handle is in an object under a symbol that dgram does not export. The socket is never bound. */
function classOfDatagramHandle(): unknown {
  const socket = dgram.createSocket('udp4')
  try {
    for (const key of Object.getOwnPropertySymbols(socket)) {
      const handle: unknown = Reflect.get(Object(Reflect.get(socket, key)), 'handle')
      if (typeof handle === 'object' && handle !== null) return handle.constructor
    }
    return undefined
  } finally {
    socket.close()
  }
}

function classOfBinding(name: string, className: string): unknown {
  const load: unknown = Reflect.get(process, 'binding')
  if (typeof load !== 'function') return undefined
  return Reflect.get(Object(load.call(process, name)), className)
}

function close(handle: object): void {
  const closeHandle: unknown = Reflect.get(handle, 'close')
  if (typeof closeHandle === 'function') closeHandle.call(handle)
}
