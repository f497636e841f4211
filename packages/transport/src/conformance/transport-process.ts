import {
  INET_PORT_RESERVATION_INSTANCE,
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
} from '@winport/definitions'
import type { Protocol } from '../port-range.js'
import type { Transport } from '../transport.js'
import type { AddressFamily, WinsockSocket } from '../winsock-socket.js'
import type { ConformanceProcess } from './conformance-target.js'
import { encodeRange, encodeToken } from './encode-request.js'

/** A second process whose calls go through a transport: a simulated process, or the process that this runs in. */
export class TransportProcess implements ConformanceProcess {
  readonly #transport: Transport
  readonly #kill: () => void | Promise<void>
  /** Keeps sockets reachable: a backend may close those that are garbage-collected. */
  readonly #kept: WinsockSocket[] = []

  /** @param kill ends the process; defaults to closing the transport, which frees what a killed process frees */
  constructor(transport: Transport, kill: () => void | Promise<void> = () => transport.close()) {
    this.#transport = transport
    this.#kill = kill
  }

  async acquire(protocol: Protocol, startPort: number, count: number, family: AddressFamily = 'ipv4'): Promise<bigint> {
    const output = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)
    const socket = this.#transport.openSocket({ protocol, family })
    this.#kept.push(socket)
    await socket.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, encodeRange(startPort, count), output)
    return INET_PORT_RESERVATION_INSTANCE.decode(output).Token
  }

  async release(protocol: Protocol, token: bigint): Promise<void> {
    using socket = this.#transport.openSocket({ protocol })
    await socket.ioctlAsync(SIO_RELEASE_PORT_RESERVATION, encodeToken(token), null)
  }

  async bind(protocol: Protocol, port: number, token?: bigint, family: AddressFamily = 'ipv4'): Promise<number> {
    const socket = this.#transport.openSocket({ protocol, family })
    this.#kept.push(socket)
    if (token !== undefined) await socket.ioctlAsync(SIO_ASSOCIATE_PORT_RESERVATION, encodeToken(token), null)
    socket.bind({ address: family === 'ipv4' ? '127.0.0.1' : '::1', port })
    return socket.localAddress().port
  }

  /** Closes the sockets of its calls, which ends its reservations. */
  closeSockets(): void {
    for (const socket of this.#kept.splice(0)) socket.close()
  }

  async kill(): Promise<void> {
    await this.#kill()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport.close()
  }
}
