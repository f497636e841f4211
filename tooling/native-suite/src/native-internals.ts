import { AF_INET, IPPROTO_TCP, IPPROTO_UDP, SOCK_DGRAM, SOCK_STREAM } from '@winport/definitions'
import type { Protocol, Transport } from '@winport/transport'
import { NativeSocket, NativeTransport } from '@winport/transport/native'
import { simulatorPath } from '@winport/winsock-simulator'
import koffi from 'koffi'

/** The transport with its internals. */
export function internalsOf(transport: Transport): NativeTransport<unknown> {
  if (transport instanceof NativeTransport) return transport
  throw new TypeError('not a native transport')
}

/** A socket of the transport's, and its SOCKET. */
export function openKnownSocket(
  transport: Transport,
  protocol: Protocol,
): { readonly socket: NativeSocket<unknown>; readonly descriptor: number | bigint } {
  const internal = internalsOf(transport)
  const handle =
    protocol === 'tcp'
      ? internal.calls.openSocket(AF_INET, SOCK_STREAM, IPPROTO_TCP)
      : internal.calls.openSocket(AF_INET, SOCK_DGRAM, IPPROTO_UDP)
  const descriptor = internal.calls.descriptor(handle)
  return { descriptor, socket: new NativeSocket(protocol, 'ipv4', handle, internal) }
}

/** A bound socket, of which the transport believes that this is its SOCKET. */
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

/** Closes a SOCKET that its backend has given up. */
export function closeGivenUp(descriptor: number | bigint): void {
  koffi.load(simulatorPath).func('int closesocket(intptr_t socket)')(descriptor)
}
