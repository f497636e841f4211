import type { SystemErrorEntry } from '@winport/definitions'

/** What every failed system call tells, in the shape of Node's own system errors. */
export abstract class SystemCallError extends Error {
  /** The error's name, such as `'WSAEADDRINUSE'`; `'UNKNOWN'` for a number that the tables do not know. */
  readonly code: string
  /** The error's number as the system gave it, such as 10048. */
  readonly errno: number
  /** The call that failed, such as `'WSAIoctl(SIO_ACQUIRE_PORT_RESERVATION)'`. */
  readonly syscall: string
  /** The code that Node reports for the same condition, such as `'EADDRINUSE'`, where there is one. */
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
