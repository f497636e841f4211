import { AF_INET, AF_UNIX, SOCK_RAW, SOCK_STREAM } from '@winport/definitions'
import type { Transport, WinsockSocket } from '@winport/transport'
import { NativeSocket, NativeTransport } from '@winport/transport/native'

const IPPROTO_ICMP = 1

/** Opens a socket that is neither TCP nor UDP. Transports cannot do this. */
export function openOtherSocket(transport: Transport): WinsockSocket {
  if (!(transport instanceof NativeTransport)) throw new TypeError('not a native transport')
  return new NativeSocket('tcp', 'ipv4', openHandle(transport), transport)
}

function openHandle<Handle>({ calls }: NativeTransport<Handle>): Handle {
  try {
    return calls.openSocket(AF_UNIX, SOCK_STREAM, 0)
  } catch {
    return calls.openSocket(AF_INET, SOCK_RAW, IPPROTO_ICMP) // Wine has no AF_UNIX
  }
}
