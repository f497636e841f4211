import { getSystemErrorName } from 'node:util'
import type { Protocol } from '../port-range.js'
import { TCP_SERVER, tcpHandleClass, udpHandleClass } from './handle-classes.js'
import { hasIpv6Form } from './has-ipv6-form.js'

/** A bind and its error; without a code it succeeded. */
export interface BindAttempt {
  readonly address: string
  readonly port: number
  readonly errno: number
  readonly code: string | undefined
}

/**
 * Binds a port as Node's servers and dgram sockets do, and closes the socket. It never listens, so that Windows' firewall
 * does not ask and connections to the port are still refused.
 *
 * @throws AdoptionUnsupportedError if the handle classes of Node cannot be found
 */
export function bindBriefly(protocol: Protocol, address: string, port: number): BindAttempt {
  const handle = protocol === 'udp' ? new (udpHandleClass())(0) : new (tcpHandleClass())(TCP_SERVER)
  const bound = hasIpv6Form(address) ? handle.bind6(address, port, 0) : handle.bind(address, port, 0)
  // libuv reports a TCP address in use only when the bound socket is used.
  const errno = bound || handle.getsockname({})
  handle.close()
  return { address, port, errno, code: errno === 0 ? undefined : getSystemErrorName(errno) }
}
