import { getSystemErrorName } from 'node:util'
import type { SocketAddress } from '../winsock-socket.js'

/** The fields of Node's system errors. */
interface SystemErrorFields {
  readonly code: string
  readonly errno: number
  readonly syscall: string
}

/** The error of a call of a Node handle. @param errno a negative errno of libuv */
export function handleError(errno: number, syscall: string, problem: string): Error & SystemErrorFields {
  const code = getSystemErrorName(errno)
  return Object.assign(new Error(`${problem}: ${code}`), { code, errno, syscall })
}

/** The error that Node emits if an address cannot be used. */
export function addressError(
  errno: number,
  syscall: 'listen' | 'bind',
  { address, port }: SocketAddress,
): Error & SystemErrorFields & SocketAddress {
  const code = getSystemErrorName(errno)
  return Object.assign(new Error(`${syscall} ${code} ${address}:${port}`), { code, errno, syscall, address, port })
}
