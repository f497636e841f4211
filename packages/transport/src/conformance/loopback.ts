import type { AddressFamily } from '../winsock-socket.js'

/** The loopback address of a family. */
export function loopback(family: AddressFamily): string {
  return family === 'ipv4' ? '127.0.0.1' : '::1'
}
