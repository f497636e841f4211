import type { Protocol } from '../port-range.js'

export type PersistentVerb = 'Create' | 'Lookup' | 'Delete'

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

export function persistentFunctionName(verb: PersistentVerb, protocol: Protocol): string {
  return `${verb}Persistent${protocol === 'tcp' ? 'Tcp' : 'Udp'}PortReservation`
}
