import { AF_INET, IPPROTO_TCP, IPPROTO_UDP, SOCK_DGRAM, SOCK_STREAM } from '@winport/definitions'
import type { Protocol, Transport } from '@winport/transport'
import { NativeSocket, NativeTransport } from '@winport/transport/native'
import { simulatorPath } from '@winport/winsock-simulator'
import koffi from 'koffi'

/** The transport as its class, whose internals tests use. */
export function internalsOf(transport: Transport): NativeTransport<unknown> {
  if (transport instanceof NativeTransport) return transport
  throw new TypeError('not a native transport')
}

/** Opens a socket and returns its SOCKET too. */
export function openKnownSocket(
  transport: Transport,
  protocol: Protocol,
): { readonly socket: NativeSocket<unknown>; readonly descriptor: number | bigint } {
  const internal = internalsOf(transport)
  const handle =
    protocol === 'tcp'
      ? internal.calls.openSocket(AF_INET, SOCK_STREAM, IPPROTO_TCP)
      : internal.calls.openSocket(AF_INET, SOCK_DGRAM, IPPROTO_UDP)
  const descriptor = internal.calls.descriptor(handle, 'listen')
  return { descriptor, socket: new NativeSocket(protocol, 'ipv4', handle, internal) }
}

/** Opens and binds a socket whose SOCKET the transport takes for `descriptor`. */
export function openBoundAs(transport: Transport, descriptor: number | bigint): NativeSocket<unknown> {
  const { calls, outstanding } = internalsOf(transport)
  const pretending = new Proxy(calls, {
    get: (target, property) => {
      if (property === 'descriptor') return () => descriptor
      const member: unknown = Reflect.get(target, property)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
  const home = { calls: pretending, outstanding, keep: () => {}, forget: () => {} }
  const socket = new NativeSocket('tcp', 'ipv4', calls.openSocket(AF_INET, SOCK_STREAM, IPPROTO_TCP), home)
  socket.bind({ address: '127.0.0.1', port: 0 })
  return socket
}

/** Closes a SOCKET that its backend could not close. */
export function closeLeftOpen(descriptor: number | bigint): void {
  koffi.load(simulatorPath).func('int closesocket(intptr_t socket)')(descriptor)
}
