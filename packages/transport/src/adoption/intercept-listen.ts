import type { AddressInfo, Server } from 'node:net'
import { Readable } from 'node:stream'
import { AdoptionUnsupportedError } from './adoption-unsupported-error.js'
import { exclusively } from './exclusive-call.js'
import { type NodeHandle, UV_TCP_IPV6ONLY } from './handle-classes.js'
import { isClusterWorker } from './is-cluster-worker.js'

/** Where a call of `listen` wants a server to be. */
export interface ListenRequest {
  /** An IP address; null is every address, of IPv6 and IPv4 or of IPv4. */
  readonly address: string | null
  /** 0 is any free port. */
  readonly port: number
  readonly ipv6Only: boolean
  /** Whether other sockets may listen on the same port (SO_REUSEPORT), which Windows does not have. */
  readonly reusePort: boolean
}

/** A handle that owns a bound socket, and the address of the socket. */
export interface BoundHandle {
  readonly handle: NodeHandle
  readonly local: AddressInfo
}

type SetUp = (
  address: string | null,
  port: number | null,
  addressType: number | null,
  backlog: unknown,
  fd: number | undefined,
  flags: number | undefined,
) => void

/** What Node's `Server` has and its types do not. */
interface ServerInternals {
  _handle: NodeHandle | null
  _listen2: SetUp
}

type Bind = (request: ListenRequest) => BoundHandle

const interceptions = new WeakMap<Server, { bind: Bind }>()

/**
 * Makes a server get its socket from `bind` whenever it listens on an address, by whatever form of its own `listen`. Node checks the
 * arguments, looks names up, counts `close`, and emits the events. An error that `bind` throws is emitted. Pipes, descriptors and
 * handles pass. A later call for the same server replaces `bind`.
 *
 * Every form of `listen` ends in `_listen2`, which Node keeps as a method so that programs can wrap it (net.js). In a cluster
 * worker `listen` asks the primary for a socket before that, unless the call says `exclusive`: here each call does.
 *
 * @throws AdoptionUnsupportedError
 */
export function interceptListen(server: Server, bind: Bind): void {
  const known = interceptions.get(server)
  if (known !== undefined) {
    known.bind = bind
    return
  }
  const internals = server as Server & ServerInternals
  const setUp = internals._listen2
  if (typeof setUp !== 'function') throw new AdoptionUnsupportedError('net.Server has no _listen2')
  const interception = { bind }
  interceptions.set(server, interception)
  internals._listen2 = (address, port, addressType, backlog, fd, flags = 0) => {
    const pass: SetUp = setUp.bind(server)
    if (internals._handle || typeof fd === 'number' || port === null || port < 0) {
      return pass(address, port, addressType, backlog, fd, flags)
    }
    const ipv6Only = (flags & UV_TCP_IPV6ONLY) !== 0
    const reusePort = (flags & ~UV_TCP_IPV6ONLY) !== 0
    let bound: BoundHandle
    try {
      bound = interception.bind({ address, port, ipv6Only, reusePort })
    } catch (error) {
      return inNextTick(() => server.emit('error', error))
    }
    const { handle, local } = bound
    internals._handle = handle
    pass(local.address, local.port, local.family === 'IPv6' ? 6 : 4, backlog, fd, flags)
  }
  if (isClusterWorker()) {
    const { listen } = server
    const exclusive = (...args: unknown[]) => Reflect.apply(listen, server, exclusively(args, 'host', isPipeOrHandle))
    Object.assign(server, { listen: exclusive })
  }
}

function isPipeOrHandle(first: unknown): boolean {
  if (typeof first === 'object' && first !== null) return !('port' in first)
  return typeof first === 'string' && !(Number(first) >= 0)
}

/** Does something in Node's own next tick, with a stream, because tests can replace `process.nextTick`. */
function inNextTick(work: () => void): void {
  new Readable({ read: () => {} }).once('close', work).destroy()
}
