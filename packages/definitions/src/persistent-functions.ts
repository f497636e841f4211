/** What a function for persistent reservations does. */
export type PersistentVerb = 'Create' | 'Lookup' | 'Delete'

/**
 * The name of one of IP Helper's six functions for persistent reservations, such as `CreatePersistentTcpPortReservation`.
 * iphlpapi.h
 */
export function persistentFunctionName(verb: PersistentVerb, protocol: 'tcp' | 'udp'): string {
  return `${verb}Persistent${protocol === 'tcp' ? 'Tcp' : 'Udp'}PortReservation`
}
