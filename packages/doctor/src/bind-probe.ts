import { isIPv6 } from 'node:net'
import type { Protocol, Transport } from '@winport/transport'
import { bindBriefly, isSystemCallError } from '@winport/transport/backend'
import type { Probe } from './port-explanation.js'

/**
 * Binds the port for a moment, without listening: through the transport if there is one, else as Node's servers do.
 *
 * @throws AdoptionUnsupportedError without a transport, if the handle classes of this Node cannot be found
 */
export function probeBind(transport: Transport | undefined, protocol: Protocol, address: string, port: number): Probe {
  const result =
    transport === undefined
      ? (bindBriefly(protocol, address, port).code ?? 'ok')
      : bindThrough(transport, protocol, address, port)
  return { how: 'bind', address, result }
}

function bindThrough(transport: Transport, protocol: Protocol, address: string, port: number): string {
  try {
    using socket = transport.openSocket({ protocol, family: isIPv6(address) ? 'ipv6' : 'ipv4' })
    socket.bind({ address, port })
    return 'ok'
  } catch (error) {
    if (!isSystemCallError(error)) throw error
    return error.nodeCode ?? error.code
  }
}

/** Whether the machine does not have the address, or not its family. */
export function isAddressMissing({ result }: Probe): boolean {
  return result === 'EADDRNOTAVAIL' || result === 'EAFNOSUPPORT' || result === 'EINVAL'
}
