import { winsockError } from '@winport/definitions'
import { SystemCallError } from './system-call-error.js'

export interface WinsockErrorOptions extends ErrorOptions {
  /** What the failed call reported through lpcbBytesReturned. Defaults to 0. */
  readonly bytesReturned?: number
}

/** A Winsock call failed with an error of `WSAGetLastError`. */
export class WinsockError extends SystemCallError {
  override readonly name: string = 'WinsockError'
  /** What the failed call reported through lpcbBytesReturned. */
  readonly bytesReturned: number

  /**
   * @param errno the number that WSAGetLastError returned
   * @param syscall the call that failed
   */
  constructor(errno: number, syscall: string, options: WinsockErrorOptions = {}) {
    super(errno, winsockError(errno), syscall, options)
    this.bytesReturned = options.bytesReturned ?? 0
  }
}
