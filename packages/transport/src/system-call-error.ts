import type { SystemErrorEntry } from '@winport/definitions'

/** The error of a failed system call, with the fields of Node's own system errors. */
export abstract class SystemCallError extends Error {
  /** The error's name, such as `'WSAEADDRINUSE'`. `'UNKNOWN'` if the tables do not have its number. */
  readonly code: string
  /** The error's number, such as 10048. */
  readonly errno: number
  /** The call that failed, such as `'WSAIoctl(SIO_ACQUIRE_PORT_RESERVATION)'`. */
  readonly syscall: string
  /** The code that Node reports for this number, such as `'EADDRINUSE'`. Undefined if Node has none. */
  readonly nodeCode: string | undefined

  constructor(errno: number, entry: SystemErrorEntry | undefined, syscall: string, options?: ErrorOptions) {
    const code = entry?.name ?? 'UNKNOWN'
    super(`${syscall} failed: ${code} (${errno})${entry === undefined ? '' : `: ${entry.meaning}`}`, options)
    this.code = code
    this.errno = errno
    this.syscall = syscall
    this.nodeCode = entry?.nodeCode
  }
}
