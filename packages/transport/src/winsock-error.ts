import { winsockError } from '@winport/definitions'
import { SystemCallError } from './system-call-error.js'

export interface WinsockErrorOptions extends ErrorOptions {
  /** The value that the failed call wrote to lpcbBytesReturned. Default: 0. */
  readonly bytesReturned?: number
}

/** The error of a Winsock call. */
export class WinsockError extends SystemCallError {
  override readonly name: string = 'WinsockError'
  /** The value that the failed call wrote to lpcbBytesReturned. */
  readonly bytesReturned: number

  /**
   * @param errno the number that WSAGetLastError returned
   * @param syscall the call that failed, such as `'bind'`
   */
  constructor(errno: number, syscall: string, options: WinsockErrorOptions = {}) {
    super(errno, winsockError(errno), syscall, options)
    this.bytesReturned = options.bytesReturned ?? 0
  }
}
