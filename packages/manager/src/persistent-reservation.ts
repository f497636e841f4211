import type { PortBlock } from './port-block.js'

/**
 * A reservation that survives restarts, as it was created or looked up. It stays until it is deleted. Its use needs
 * elevation. Its token may change at a restart of the machine: look it up again then.
 *
 * The system does not protect persistent reservations from each other: a process that may use one may use all of them.
 */
export interface PersistentReservation extends PortBlock {}
