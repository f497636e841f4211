import type { PersistentVerb } from '@winport/definitions'
import type { Protocol } from '../port-range.js'

/** The calls of IP Helper that a native backend makes. */
export interface IpHelperCalls {
  /**
   * Makes a call on another thread and resolves to the error that it returned; 0 is success.
   *
   * @param startPort in network order, as the functions expect it
   * @param token receives the token of Create and Lookup
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
