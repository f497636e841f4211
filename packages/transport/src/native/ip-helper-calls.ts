import type { PersistentVerb } from '@winport/definitions'
import type { Protocol } from '../port-range.js'

/** IP Helper, as a native backend calls it. */
export interface IpHelperCalls {
  /**
   * Makes the call off the event loop and resolves to the error that it returned, 0 for none.
   *
   * @param startPort in network order, as the functions take it
   * @param token where Create and Lookup write it
   * @throws TransportUnavailableError if the function does not exist
   */
  callPersistent(
    verb: PersistentVerb,
    protocol: Protocol,
    startPort: number,
    count: number,
    token: Uint8Array,
  ): Promise<number>
}
