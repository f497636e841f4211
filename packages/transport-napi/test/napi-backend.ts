import { AF_INET, AF_UNIX, SOCK_RAW, SOCK_STREAM } from '@winport/definitions'
import type { Transport } from '@winport/transport'
import { NativeSocket, NativeTransport } from '@winport/transport/native'
import type { NativeBackend } from '@winport/winsock-simulator'
import type { Key } from '../src/addon.js'
import { createNapiTransport } from '../src/index.js'

const IPPROTO_ICMP = 1

/** napi, as the simulator's tests need it. */
export const napiBackend: NativeBackend = {
  name: 'napi',
  module: new URL('../dist/index.js', import.meta.url),
  factory: 'createNapiTransport',
  openTransport: (libraries) => createNapiTransport({ libraries }),
  openOtherSocket: (transport) => {
    const internal = asNapiTransport(transport)
    return new NativeSocket('tcp', 'ipv4', openOther(internal), internal)
  },
}

function openOther({ calls }: NativeTransport<Key>): Key {
  try {
    return calls.openSocket(AF_UNIX, SOCK_STREAM, 0)
  } catch {
    return calls.openSocket(AF_INET, SOCK_RAW, IPPROTO_ICMP) // Wine has no AF_UNIX
  }
}

/** The transport with its internals. */
export function asNapiTransport(transport: Transport): NativeTransport<Key> {
  if (transport instanceof NativeTransport) return transport
  throw new TypeError('not a napi transport')
}
