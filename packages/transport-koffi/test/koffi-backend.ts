import { AF_INET, AF_UNIX, IPPROTO_TCP, IPPROTO_UDP, SOCK_DGRAM, SOCK_RAW, SOCK_STREAM } from '@winport/definitions'
import type { Protocol, Transport } from '@winport/transport'
import { NativeSocket, NativeTransport } from '@winport/transport/native'
import type { NativeBackend } from '@winport/winsock-simulator'
import { createKoffiTransport } from '../src/index.js'
import { KoffiWinsockCalls } from '../src/koffi-winsock-calls.js'
import { OpenSocket } from '../src/open-socket.js'
import type { SocketHandle, WinsockFunctions } from '../src/winsock-functions.js'

const IPPROTO_ICMP = 1

/** koffi, as the simulator's tests need it. */
export const koffiBackend: NativeBackend = {
  name: 'koffi',
  module: new URL('../dist/index.js', import.meta.url),
  factory: 'createKoffiTransport',
  openTransport: (libraries) => createKoffiTransport({ libraries }),
  openOtherSocket: (transport) => {
    const internal = asKoffiTransport(transport)
    return new NativeSocket('tcp', 'ipv4', openOther(internal), internal)
  },
}

function openOther({ calls }: NativeTransport<OpenSocket>): OpenSocket {
  try {
    return calls.openSocket(AF_UNIX, SOCK_STREAM, 0)
  } catch {
    return calls.openSocket(AF_INET, SOCK_RAW, IPPROTO_ICMP) // Wine has no AF_UNIX
  }
}

/** The transport with its internals. */
export function asKoffiTransport(transport: Transport): NativeTransport<OpenSocket> {
  if (transport instanceof NativeTransport) return transport
  throw new TypeError('not a koffi transport')
}

/** The functions that the transport calls. */
export function functionsOf(transport: Transport): WinsockFunctions {
  const { calls } = asKoffiTransport(transport)
  if (calls instanceof KoffiWinsockCalls) return calls.functions
  throw new TypeError('not a koffi transport')
}

/** A socket of the transport's, and its SOCKET. */
export function openKnownSocket(
  transport: Transport,
  protocol: Protocol,
): { socket: NativeSocket<OpenSocket>; handle: SocketHandle } {
  const internal = asKoffiTransport(transport)
  const opened =
    protocol === 'tcp'
      ? internal.calls.openSocket(AF_INET, SOCK_STREAM, IPPROTO_TCP)
      : internal.calls.openSocket(AF_INET, SOCK_DGRAM, IPPROTO_UDP)
  return { handle: opened.handle, socket: new NativeSocket(protocol, 'ipv4', opened, internal) }
}

/** A socket that believes to be bound, with some of the transport's functions replaced. */
export function pretendBound(
  transport: Transport,
  handle: SocketHandle,
  replaced: Partial<WinsockFunctions> = {},
): NativeSocket<OpenSocket> {
  const { outstanding } = asKoffiTransport(transport)
  const calls = new KoffiWinsockCalls({ ...functionsOf(transport), bind: () => 0, ...replaced })
  const home = { calls, outstanding, keep: () => {}, forget: () => {} }
  const socket = new NativeSocket('tcp', 'ipv4', new OpenSocket(handle), home)
  socket.bind({ address: '127.0.0.1', port: 0 })
  return socket
}
