import type { NodeHandle } from './handle-classes.js'

/** What Node calls on the handle of a dgram socket. */
interface DatagramHandle extends NodeHandle {
  send(request: object, buffers: object, count: number, ...rest: unknown[]): number
  send6(request: object, buffers: object, count: number, ...rest: unknown[]): number
  connect(address: string, port: number): number
  connect6(address: string, port: number): number
  getpeername(address: object): number
  onmessage: (length: number, handle: object, buffer: object, sender: Address | undefined) => void
}

interface Address {
  address?: string
  family?: string
}

const MAPPED = '::ffff:'

/**
 * Makes the handle of a bound, dual-stack IPv6 socket serve a udp4 dgram socket: IPv4 addresses are mapped to IPv6 on their
 * way to the system, and back on their way to the program. Does nothing for a handle of an IPv4 socket.
 */
export function serveIpv4(handle: NodeHandle): void {
  const local: Address = {}
  if (handle.getsockname(local) !== 0 || local.family !== 'IPv6') return
  const datagramHandle = handle as DatagramHandle
  const { getsockname, getpeername, send6, connect6, onmessage } = datagramHandle
  Object.assign(datagramHandle, {
    // (request, buffers, count, port, address, hasCallback), or without port and address if it is connected
    send: (request, buffers, count, ...rest) => {
      const [port, address, ...more] = rest
      const mapped = typeof address === 'string' ? [port, MAPPED + address, ...more] : rest
      return send6.call(datagramHandle, request, buffers, count, ...mapped)
    },
    connect: (address, port) => connect6.call(datagramHandle, MAPPED + address, port),
    getsockname: (address) => unmapped(getsockname.call(datagramHandle, address), address),
    getpeername: (address) => unmapped(getpeername.call(datagramHandle, address), address),
    onmessage: (length, receiver, buffer, sender) => {
      if (sender !== undefined) unmap(sender)
      onmessage.call(datagramHandle, length, receiver, buffer, sender)
    },
  } satisfies Partial<DatagramHandle>)
}

function unmapped(errno: number, address: object): number {
  unmap(address)
  return errno
}

function unmap(target: Address): void {
  if (target.address?.startsWith(MAPPED) !== true) return
  target.address = target.address.slice(MAPPED.length)
  target.family = 'IPv4'
}
