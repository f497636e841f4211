import { ipHelperError } from '@winport/definitions'
import { SystemCallError } from './system-call-error.js'

/** The error that an IP Helper function returned. */
export class IpHelperError extends SystemCallError {
  override readonly name: string = 'IpHelperError'

  /**
   * @param errno the number that the function returned
   * @param syscall the function, such as `'CreatePersistentTcpPortReservation'`
   */
  constructor(errno: number, syscall: string, options?: ErrorOptions) {
    super(errno, ipHelperError(errno), syscall, options)
  }
}
