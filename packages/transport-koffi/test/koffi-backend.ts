import { AF_INET, AF_UNIX, SOCK_RAW, SOCK_STREAM, WSA_FLAG_OVERLAPPED } from '@winport/definitions'
import type { Transport } from '@winport/transport'
import type { NativeBackend } from '@winport/winsock-simulator'
import { createKoffiTransport } from '../src/index.js'
import { KoffiSocket } from '../src/koffi-socket.js'
import { KoffiTransport } from '../src/koffi-transport.js'
import { NULL } from '../src/native-memory.js'
import { INVALID_SOCKET } from '../src/winsock-functions.js'

const IPPROTO_ICMP = 1

/** koffi, as the simulator's tests need it. */
export const koffiBackend: NativeBackend = {
  name: 'koffi',
  module: new URL('../dist/index.js', import.meta.url),
  factory: 'createKoffiTransport',
  openTransport: (libraries) => createKoffiTransport({ libraries }),
  openOtherSocket: (transport) => {
    const internal = asKoffiTransport(transport)
    const { WSASocketW } = internal.library.winsock
    let handle = WSASocketW(AF_UNIX, SOCK_STREAM, 0, NULL, 0, WSA_FLAG_OVERLAPPED)
    // Wine has no AF_UNIX.
    if (handle === INVALID_SOCKET) handle = WSASocketW(AF_INET, SOCK_RAW, IPPROTO_ICMP, NULL, 0, WSA_FLAG_OVERLAPPED)
    return new KoffiSocket('tcp', 'ipv4', handle, internal)
  },
}

/** The transport with its internals. */
export function asKoffiTransport(transport: Transport): KoffiTransport {
  if (transport instanceof KoffiTransport) return transport
  throw new TypeError('not a koffi transport')
}
